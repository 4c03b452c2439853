/** IngressClass: always ready; names its controller. Ingresses name theirs. */
import * as wire from "../model/wire_field.ts";
import { requiredFields, text } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const ingressClass: KindRule = {
  ...clusterScoped("networking.k8s.io/v1", { kind: "IngressClass", plural: "ingressclasses" }),
  wire: wireObject({ spec: wire.message(2, { controller: wire.text(1) }) }),

  health: ({ spec }) => {
    const controller = text(requiredFields(spec).controller);
    return ready(controller ? `Controller ${controller}` : "Exists");
  },
};
