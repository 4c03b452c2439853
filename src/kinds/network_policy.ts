/** NetworkPolicy: always ready; selects the Pods that it isolates. */
import { fields, list, requiredFields, texts } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const networkPolicy: KindRule = {
  ...namespaced("networking.k8s.io/v1", { kind: "NetworkPolicy", plural: "networkpolicies" }),

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
