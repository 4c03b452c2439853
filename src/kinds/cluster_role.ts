/** ClusterRole: always ready. */
import { RBAC_VERSION, roleRule } from "./rbac.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const clusterRole: KindRule = {
  ...clusterScoped(RBAC_VERSION, { kind: "ClusterRole", plural: "clusterroles" }),
  ...roleRule,
};
