/** PersistentVolumeClaim: health from its phase; binds its volume, names its class. */
import * as wire from "../model/wire_field.ts";
import { claimMarks } from "./claim_marks.ts";
import { fields, requiredFields, text } from "./fields.ts";
import { byPhase, failed, pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { storageClassReference } from "./storage_class.ts";
import { wireObject } from "./wire_parts.ts";

const WAITING = pending("Waiting for a volume");

export const persistentVolumeClaim: KindRule = {
  ...namespaced("v1", { kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims" }),
  wire: wireObject({
    spec: wire.message(2, { volumeName: wire.text(3), storageClassName: wire.text(5) }),
    status: wire.message(3, { phase: wire.text(1) }),
  }),
  isThereToBeUsed: true,
  attaches: ["binds", "uses-storageclass"],
  unusedWithout: "mounts",
  marks: claimMarks,

  health: ({ status }) =>
    byPhase(fields(status).phase, {
      "": WAITING,
      Pending: WAITING,
      Bound: ready("Bound"),
      Lost: failed("Its volume is gone"),
    }),

  detail: ({ spec }) => ({ volumeName: text(requiredFields(spec).volumeName) || undefined }),

  references: (claim, refer) => {
    refer.to("binds", { kind: "PersistentVolume", name: requiredFields(claim.spec).volumeName });
    storageClassReference(claim, refer);
  },
};
