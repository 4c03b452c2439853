/**
 * What a ReplicaSet and a ReplicationController have in common: ready with all their replicas; they use what
 * their template needs.
 */
import * as wire from "../model/wire_field.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { replicaFailure, replicas } from "./replicas.ts";
import type { KindRule } from "./rule.ts";
import { shortConditions, wireObject } from "./wire_parts.ts";

export const replicaRule = {
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
    const unfinished = behind(object) ?? replicaFailure(object.status);
    if (unfinished) return unfinished;
    const { desired, ready: working } = replicas(object);
    if (working < desired) return pending(`${working} of ${desired} replicas are ready`);
    return ready(desired === 0 ? "Scaled to zero" : `${working} of ${desired} replicas are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: replicas(object) }),

  references: templateReferences,
} satisfies Partial<KindRule>;
