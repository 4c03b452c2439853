/** RoleBinding: always ready; binds a role to ServiceAccounts. */
import { bindingRule, granteesOf, RBAC_VERSION } from "./rbac.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const roleBinding: KindRule = {
  ...namespaced(RBAC_VERSION, { kind: "RoleBinding", plural: "rolebindings" }),
  ...bindingRule,
  grantsTo: granteesOf,
};
