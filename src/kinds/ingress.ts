/** Ingress: always ready; has a class, routes to the Services of its backends, takes certificates from Secrets. */
import { fields, list, requiredFields, text } from "./fields.ts";
import { ready } from "./health.ts";
import { publishedAddress } from "./published_address.ts";
import { type KindRule, namespaced, type Refer } from "./rule.ts";

/** A port of this name makes a backend an action of the AWS Load Balancer Controller, not a Service. */
const ACTION_PORT = "use-annotation";

export const ingress: KindRule = {
  ...namespaced("networking.k8s.io/v1", { kind: "Ingress", plural: "ingresses" }),
  role: "entry",

  health: ({ status }) => {
    const address = publishedAddress(status);
    return ready(address ? `Published at ${address}` : "No address is published");
  },

  references: ({ spec }, refer) => {
    const { ingressClassName, defaultBackend, rules, tls } = requiredFields(spec);
    refer.to("uses-class", {
      group: "networking.k8s.io",
      kind: "IngressClass",
      name: ingressClassName,
    });
    routeTo(defaultBackend, refer);
    for (const { http } of list(rules)) {
      for (const { backend } of list(fields(http).paths)) routeTo(backend, refer);
    }
    for (const { secretName } of list(tls)) {
      refer.to("uses-secret", { kind: "Secret", name: secretName, via: ["tls"] });
    }
  },
};

function routeTo(backend: unknown, refer: Refer): void {
  const { name, port } = fields(fields(backend).service);
  if (text(fields(port).name) !== ACTION_PORT) refer.to("routes-to", { kind: "Service", name });
}
