/** PersistentVolumeClaim: health from its phase; binds its volume, names its class. */
import { fields, requiredFields, text } from "./fields.ts";
import { byPhase, failed, pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

const WAITING = pending("Waiting for a volume");

export const persistentVolumeClaim: KindRule = {
  ...namespaced("v1", { kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims" }),
  attaches: ["binds", "uses-storageclass"],
  unusedWithout: "mounts",

  health: ({ status }) =>
    byPhase(fields(status).phase, {
      "": WAITING,
      Pending: WAITING,
      Bound: ready("Bound"),
      Lost: failed("Its volume is gone"),
    }),

  detail: ({ spec }) => ({ volumeName: text(requiredFields(spec).volumeName) || undefined }),

  references: ({ spec, status }, refer) => {
    const { volumeName, storageClassName } = requiredFields(spec);
    refer.to("binds", { kind: "PersistentVolume", name: volumeName });
    refer.to("uses-storageclass", {
      group: "storage.k8s.io",
      kind: "StorageClass",
      name: storageClassName,
      optional: fields(status).phase === "Bound",
    });
  },
};
