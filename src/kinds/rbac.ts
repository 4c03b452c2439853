/** What the four kinds of role-based access control share. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
import * as wire from "../model/wire_field.ts";
import { type Fields, fields, list, text } from "./fields.ts";
import { ready } from "./health.ts";
import type { KindRule, Refer } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

const GROUP = "rbac.authorization.k8s.io";

export const RBAC_VERSION = `${GROUP}/v1`;

/** The part of a rule that Role and ClusterRole share: always ready. */
export const roleRule: Pick<KindRule, "wire" | "health"> = {
  wire: wireObject({ rules: wire.messages(2) }),

  health: ({ rules }) => ready(`Rules: ${list(rules).length}`),
};

/** The part of a rule that RoleBinding and ClusterRoleBinding share: always ready, binds a role to subjects. */
export const bindingRule: Pick<KindRule, "wire" | "health" | "references"> = {
  wire: wireObject({
    subjects: wire.messages(2, {
      kind: wire.text(1),
      apiGroup: wire.text(2),
      name: wire.text(3),
      namespace: wire.text(4),
    }),
    roleRef: wire.message(3, { apiGroup: wire.text(1), kind: wire.text(2), name: wire.text(3) }),
  }),

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

/** Returns the users and groups of a binding, as `grantsTo` does. */
export function granteesOf(binding: unknown): string[] {
  const { subjects } = (binding ?? {}) as { readonly subjects?: unknown };
  return Array.isArray(subjects) ? subjects.flatMap(granteeOf) : [];
}

function granteeOf(subject: unknown): string[] {
  const { kind, namespace, name } = (subject ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "User":
      return [`user ${name}`];
    case "Group":
      return [`group ${name}`];
    case "ServiceAccount":
      // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
      return [`user system:serviceaccount:${namespace}:${name}`];
    default:
      return [];
  }
}
