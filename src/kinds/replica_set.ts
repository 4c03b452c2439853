/** ReplicaSet: ready with all its replicas; inactive if it remains from an old rollout. */
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { replicaFailure, replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const replicaSet: KindRule = {
  ...namespaced("apps/v1", { kind: "ReplicaSet", plural: "replicasets" }),
  role: "workload",
  mountsClaims: true,

  health: (object) => {
    const old = behind(object) ?? replicaFailure(object.status);
    if (old) return old;
    const { desired, ready: working } = replicas(object);
    if (working < desired) return pending(`${working} of ${desired} replicas are ready`);
    return ready(desired === 0 ? "Scaled to zero" : `${working} of ${desired} replicas are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: replicas(object) }),

  references: templateReferences,

  idle: (object) => {
    const { desired, current } = replicas(object);
    return desired === 0 && current === 0;
  },
};
