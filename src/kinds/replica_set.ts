/** ReplicaSet: ready with all its replicas; inactive if it remains from an old rollout. */
import * as wire from "../model/wire_field.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { replicaFailure, replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { shortConditions, wireObject } from "./wire_parts.ts";

export const replicaSet: KindRule = {
  ...namespaced("apps/v1", { kind: "ReplicaSet", plural: "replicasets" }),
  wire: wireObject({
    spec: wire.message(2, { replicas: wire.integer(1), template: podTemplate(3) }),
    status: wire.message(3, {
      replicas: wire.integer(1),
      observedGeneration: wire.integer(3),
      readyReplicas: wire.integer(4),
      availableReplicas: wire.integer(5),
      conditions: shortConditions(6),
    }),
  }),
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
