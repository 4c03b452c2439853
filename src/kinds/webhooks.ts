import { fields, list } from "./fields.ts";
import { ready } from "./health.ts";
import type { KindRule } from "./rule.ts";

/**
 * The part of a rule that both kinds of webhook configuration share: always ready, calls Services.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export const webhookRule: Pick<KindRule, "health" | "references"> = {
  health: ({ webhooks }) => ready(`Webhooks: ${list(webhooks).length}`),

  references: ({ webhooks }, refer) => {
    for (const { clientConfig } of list(webhooks)) {
      const { namespace, name } = fields(fields(clientConfig).service);
      refer.to("calls", { kind: "Service", namespace, name });
    }
  },
};
