/** IngressClass: always ready; names its controller. Ingresses name theirs. */
import { requiredFields, text } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const ingressClass: KindRule = {
  ...clusterScoped("networking.k8s.io/v1", { kind: "IngressClass", plural: "ingressclasses" }),

  health: ({ spec }) => {
    const controller = text(requiredFields(spec).controller);
    return ready(controller ? `Controller ${controller}` : "Exists");
  },
};
