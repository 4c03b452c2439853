/** Service: ready, except for a load balancer without an address; selects its Pods. */
import * as wire from "../model/wire_field.ts";
import { pairs, requiredFields, text, texts } from "./fields.ts";
import { pending, ready } from "./health.ts";
import { publishedAddress } from "./published_address.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { LOAD_BALANCER, wireObject } from "./wire_parts.ts";

export const service: KindRule = {
  ...namespaced("v1", { kind: "Service", plural: "services" }),
  wire: wireObject({
    spec: wire.message(2, {
      selector: wire.map(2),
      clusterIP: wire.text(3),
      type: wire.text(4),
      externalIPs: wire.texts(5),
    }),
    status: wire.message(3, { loadBalancer: wire.message(1, LOAD_BALANCER) }),
  }),
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
