/** DaemonSet: health by the rules of `kubectl rollout status`; uses the objects that its template names. */
import type { Replicas } from "../model/detail.ts";
import * as wire from "../model/wire_field.ts";
import { type Fields, fields, integer, requiredFields, text } from "./fields.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const daemonSet: KindRule = {
  ...namespaced("apps/v1", { kind: "DaemonSet", plural: "daemonsets" }),
  wire: wireObject({
    spec: wire.message(2, {
      template: podTemplate(2),
      updateStrategy: wire.message(3, { type: wire.text(1) }),
    }),
    status: wire.message(3, {
      currentNumberScheduled: wire.integer(1),
      desiredNumberScheduled: wire.integer(3),
      numberReady: wire.integer(4),
      observedGeneration: wire.integer(5),
      updatedNumberScheduled: wire.integer(6),
      numberAvailable: wire.integer(7),
    }),
  }),
  role: "workload",
  mountsClaims: true,

  health: (object) => {
    const old = behind(object);
    if (old) return old;
    const { desired, ready: working, available } = scheduled(object);
    if (working < desired) return pending(`${working} of ${desired} Pods are ready`);
    if (available < desired) return pending(`${available} of ${desired} Pods are available`);

    const { type } = fields(requiredFields(object.spec).updateStrategy);
    const updated = integer(fields(object.status).updatedNumberScheduled);
    if ((text(type) || "RollingUpdate") === "RollingUpdate" && updated < desired) {
      return pending(`${updated} of ${desired} Pods are updated`);
    }
    return ready(desired === 0 ? "No node has to run it" : `${working} of ${desired} Pods are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: scheduled(object) }),

  references: templateReferences,
};

function scheduled({ status }: Fields): Replicas {
  const seen = fields(status);
  return {
    desired: integer(seen.desiredNumberScheduled),
    current: integer(seen.currentNumberScheduled),
    ready: integer(seen.numberReady),
    available: integer(seen.numberAvailable),
  };
}
