/** Secret: always ready; its data is never read. A token names its ServiceAccount. */
import { fields } from "./fields.ts";
import { ready } from "./health.ts";
import { HELM_STORAGE, isHelmStorage } from "./helm_storage.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const secret: KindRule = {
  ...namespaced("v1", { kind: "Secret", plural: "secrets" }),
  wire: wireObject(),
  isThereToBeUsed: true,
  metadataOnly: true,
  outsideReleases: HELM_STORAGE,

  health: () => ready("Exists"),

  idle: ({ metadata }) => isHelmStorage(metadata),

  references: ({ metadata }, refer) => {
    const { "kubernetes.io/service-account.name": name } = fields(fields(metadata).annotations);
    refer.from("uses-secret", { kind: "ServiceAccount", name });
  },
};
