/** Service: ready, except for a load balancer without an address; selects its Pods. */
import { pairs, requiredFields, text, texts } from "./fields.ts";
import { pending, ready } from "./health.ts";
import { publishedAddress } from "./published_address.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const service: KindRule = {
  ...namespaced("v1", { kind: "Service", plural: "services" }),
  role: "service",

  health: ({ spec, status }) => {
    const { type, clusterIP, externalIPs } = requiredFields(spec);
    const kind = text(type) || "ClusterIP";
    if (kind === "LoadBalancer") {
      const address = publishedAddress(status) ?? texts(externalIPs).find((ip) => ip !== "");
      return address
        ? ready(`Load balancer at ${address}`)
        : pending("Waiting for the load balancer's address");
    }
    return ready(text(clusterIP) === "None" ? "Headless" : kind);
  },

  references: ({ spec }, refer) => {
    const { type, selector } = requiredFields(spec);
    if (type === "ExternalName" || pairs(selector).length === 0) return;
    refer.select("selects", { kind: "Pod", selector: { matchLabels: selector }, required: true });
  },
};
