/** NetworkPolicy: always ready; selects the Pods that it isolates. */
import * as wire from "../model/wire_field.ts";
import { fields, list, requiredFields, texts } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { LABEL_SELECTOR, wireObject } from "./wire_parts.ts";

export const networkPolicy: KindRule = {
  ...namespaced("networking.k8s.io/v1", { kind: "NetworkPolicy", plural: "networkpolicies" }),
  wire: wireObject({
    spec: wire.message(2, {
      podSelector: wire.message(1, LABEL_SELECTOR),
      ingress: wire.messages(2),
      egress: wire.messages(3),
      policyTypes: wire.texts(4),
    }),
  }),

  health: ({ spec }) => {
    const { policyTypes, ingress, egress } = requiredFields(spec);
    const types = texts(policyTypes);
    // The defaults of the API.
    if (types.length === 0) types.push("Ingress", ...list(egress).length > 0 ? ["Egress"] : []);
    const rules = (type: string) => list(type === "Egress" ? egress : ingress).length;
    return ready(`Rules: ${types.map((type) => `${rules(type)} for ${type.toLowerCase()}`).join(", ")}`);
  },

  references: ({ spec }, refer) => {
    const { podSelector } = requiredFields(spec);
    refer.select("selects", { kind: "Pod", selector: fields(podSelector) });
  },
};
