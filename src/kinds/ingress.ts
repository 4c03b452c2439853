/** Ingress: always ready; routes to its backends' Services, takes certificates from Secrets. */
import { fields, list, requiredFields } from "./fields.ts";
import { ready } from "./health.ts";
import { publishedAddress } from "./published_address.ts";
import { type KindRule, namespaced, type Refer } from "./rule.ts";

export const ingress: KindRule = {
  ...namespaced("networking.k8s.io/v1", { kind: "Ingress", plural: "ingresses" }),

  health: ({ status }) => {
    const address = publishedAddress(status);
    return ready(address ? `Published at ${address}` : "No address is published");
  },

  references: ({ spec }, refer) => {
    const { defaultBackend, rules, tls } = requiredFields(spec);
    routeTo(defaultBackend, refer);
    for (const { http } of list(rules)) {
      for (const { backend } of list(fields(http).paths)) routeTo(backend, refer);
    }
    for (const { secretName } of list(tls)) refer.to("uses-secret", { kind: "Secret", name: secretName });
  },
};

function routeTo(backend: unknown, refer: Refer): void {
  refer.to("routes-to", { kind: "Service", name: fields(fields(backend).service).name });
}
