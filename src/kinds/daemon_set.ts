/** DaemonSet: health by the rules of `kubectl rollout status`; uses the objects that its template names. */
import type { Replicas } from "../model/detail.ts";
import { type Fields, fields, integer, requiredFields, text } from "./fields.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const daemonSet: KindRule = {
  ...namespaced("apps/v1", { kind: "DaemonSet", plural: "daemonsets" }),
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
