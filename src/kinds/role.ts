/** Role: always ready. */
import { RBAC_VERSION, roleRule } from "./rbac.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const role: KindRule = {
  ...namespaced(RBAC_VERSION, { kind: "Role", plural: "roles" }),
  ...roleRule,
};
