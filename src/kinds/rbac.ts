/** What the four kinds of role-based access control share. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
import { type Fields, fields, list, text } from "./fields.ts";
import { ready } from "./health.ts";
import type { KindRule, Refer } from "./rule.ts";

const GROUP = "rbac.authorization.k8s.io";

export const RBAC_VERSION = `${GROUP}/v1`;

/** The part of a rule that Role and ClusterRole share: always ready. */
export const roleRule: Pick<KindRule, "health"> = {
  health: ({ rules }) => ready(`Rules: ${list(rules).length}`),
};

/** The part of a rule that RoleBinding and ClusterRoleBinding share: always ready, binds a role to subjects. */
export const bindingRule: Pick<KindRule, "health" | "references"> = {
  health: ({ subjects }) => ready(`Subjects: ${list(subjects).length}`),

  references: ({ roleRef, subjects }: Fields, refer: Refer) => {
    const { apiGroup, kind, name } = fields(roleRef);
    refer.to("binds-role", { group: text(apiGroup) || GROUP, kind: text(kind) ?? "", name });
    for (const { apiGroup, kind, namespace, name } of list(subjects)) {
      if (text(apiGroup) || text(kind) !== "ServiceAccount") continue;
      refer.to("binds-subject", { kind: "ServiceAccount", namespace, name, optional: true });
    }
  },
};
