/** CustomResourceDefinition: always ready; its schemas, which are huge, are never read. */
import { nameOf } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const customResourceDefinition: KindRule = {
  ...clusterScoped("apiextensions.k8s.io/v1", {
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
  }),
  wire: wireObject(),
  metadataOnly: true,
  serves: { what: "kinds", nameOf: (object) => ({ name: nameOf(object), isServing: true }) },

  health: () => ready("Exists"),
};
