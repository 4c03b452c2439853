/** ClusterRoleBinding: always ready; binds a ClusterRole to ServiceAccounts. */
import { bindingRule, RBAC_VERSION } from "./rbac.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const clusterRoleBinding: KindRule = {
  ...clusterScoped(RBAC_VERSION, { kind: "ClusterRoleBinding", plural: "clusterrolebindings" }),
  ...bindingRule,
};
