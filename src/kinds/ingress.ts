/** Ingress: always ready; has a class, routes to the Services of its backends, takes certificates from Secrets. */
import * as wire from "../model/wire_field.ts";
import { fields, list, requiredFields, text } from "./fields.ts";
import { ready } from "./health.ts";
import { publishedAddress } from "./published_address.ts";
import { type KindRule, namespaced, type Refer } from "./rule.ts";
import { LOAD_BALANCER, wireObject } from "./wire_parts.ts";

/** A port of this name makes a backend an action of the AWS Load Balancer Controller, not a Service. */
const ACTION_PORT = "use-annotation";

const BACKEND = {
  service: wire.message(4, { name: wire.text(1), port: wire.message(2, { name: wire.text(1) }) }),
};

export const ingress: KindRule = {
  ...namespaced("networking.k8s.io/v1", { kind: "Ingress", plural: "ingresses" }),
  wire: wireObject({
    spec: wire.message(2, {
      defaultBackend: wire.message(1, BACKEND),
      tls: wire.messages(2, { secretName: wire.text(2) }),
      rules: wire.messages(3, {
        value: wire.inline(2, {
          http: wire.message(1, { paths: wire.messages(1, { backend: wire.message(2, BACKEND) }) }),
        }),
      }),
      ingressClassName: wire.text(4),
    }),
    status: wire.message(3, { loadBalancer: wire.message(1, LOAD_BALANCER) }),
  }),
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
