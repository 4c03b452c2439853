/** ReplicaSet: ready with all its replicas; idle is what old rollouts leave behind. */
import { because, behind, failed, pending, ready, trueCondition } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const replicaSet: KindRule = {
  ...namespaced("apps/v1", { kind: "ReplicaSet", plural: "replicasets" }),
  mountsClaims: true,

  health: (object) => {
    const refused = trueCondition(object.status, "ReplicaFailure");
    if (refused) return failed(because("Its Pods cannot be created", refused));
    const old = behind(object);
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
