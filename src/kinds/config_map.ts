/** ConfigMap: always ready; its data is never read. */
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const configMap: KindRule = {
  ...namespaced("v1", { kind: "ConfigMap", plural: "configmaps" }),
  metadataOnly: true,

  health: () => ready("Exists"),
};
