/** ConfigMap: always ready; its data is never read. */
import { fields } from "./fields.ts";
import { ready } from "./health.ts";
import { HELM_STORAGE, isHelmStorage } from "./helm_storage.ts";
import { ROOT_CA } from "./pod_template.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const configMap: KindRule = {
  ...namespaced("v1", { kind: "ConfigMap", plural: "configmaps" }),
  wire: wireObject(),
  isThereToBeUsed: true,
  metadataOnly: true,
  outsideReleases: HELM_STORAGE,

  health: () => ready("Exists"),

  idle: ({ metadata }) => isHelmStorage(metadata) || fields(metadata).name === ROOT_CA,
};
