/** StorageClass: always ready. */
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const storageClass: KindRule = {
  ...clusterScoped("storage.k8s.io/v1", { kind: "StorageClass", plural: "storageclasses" }),

  health: () => ready("Exists"),
};
