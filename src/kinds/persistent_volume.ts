/** PersistentVolume: health from its phase; is bound by its claim, names its class. */
import * as wire from "../model/wire_field.ts";
import { fields, requiredFields, text } from "./fields.ts";
import { byPhase, failed, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { storageClassReference } from "./storage_class.ts";
import { OBJECT_REFERENCE, wireObject } from "./wire_parts.ts";

const CLAIM = "PersistentVolumeClaim";
const WAITING = pending("Not available yet");

export const persistentVolume: KindRule = {
  ...clusterScoped("v1", { kind: "PersistentVolume", plural: "persistentvolumes" }),
  wire: wireObject({
    spec: wire.message(2, {
      claimRef: wire.message(4, OBJECT_REFERENCE),
      storageClassName: wire.text(6),
    }),
    status: wire.message(3, { phase: wire.text(1) }),
  }),
  leftovers: ["binds"],

  health: ({ status }) =>
    byPhase(fields(status).phase, {
      "": WAITING,
      Pending: WAITING,
      Available: ready("Available"),
      Bound: ready("Bound"),
      Released: pending("Released: its claim is gone"),
      Failed: failed("Its reclamation failed"),
    }),

  detail: ({ spec }) => {
    const { kind, namespace, name, uid } = fields(requiredFields(spec).claimRef);
    const claim = text(name);
    return {
      claimRef: claim
        ? {
          kind: text(kind) || CLAIM,
          namespace: text(namespace) ?? "",
          name: claim,
          uid: text(uid) ?? "",
        }
        : undefined,
    };
  },

  references: (volume, refer) => {
    const { kind, namespace, name, uid } = fields(requiredFields(volume.spec).claimRef);
    if ((text(kind) || CLAIM) === CLAIM) refer.from("binds", { kind: CLAIM, namespace, name, uid });
    storageClassReference(volume, refer);
  },
};
