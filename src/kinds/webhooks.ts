import * as wire from "../model/wire_field.ts";
import { fields, list } from "./fields.ts";
import { ready } from "./health.ts";
import type { KindRule } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

/**
 * The part of a rule that both kinds of webhook configuration share: always ready, calls Services.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export const webhookRule: Pick<KindRule, "wire" | "health" | "references"> = {
  wire: wireObject({
    webhooks: wire.messages(2, {
      clientConfig: wire.message(2, {
        service: wire.message(1, { namespace: wire.text(1), name: wire.text(2) }),
      }),
    }),
  }),

  health: ({ webhooks }) => ready(`Webhooks: ${list(webhooks).length}`),

  references: ({ webhooks }, refer) => {
    for (const { clientConfig } of list(webhooks)) {
      const { namespace, name } = fields(fields(clientConfig).service);
      refer.to("calls", { kind: "Service", namespace, name });
    }
  },
};
