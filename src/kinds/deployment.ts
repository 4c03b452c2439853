/** Deployment: health by the rules of `kubectl rollout status`; uses the objects that its template names. */
import * as wire from "../model/wire_field.ts";
import { fields, flag, integer, requiredFields } from "./fields.ts";
import { becauseInDetail, behind, failed, falseCondition, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { replicaFailure, replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { shortConditions, wireObject } from "./wire_parts.ts";

export const deployment: KindRule = {
  ...namespaced("apps/v1", { kind: "Deployment", plural: "deployments" }),
  wire: wireObject({
    spec: wire.message(2, { replicas: wire.integer(1), template: podTemplate(3), paused: wire.flag(7) }),
    status: wire.message(3, {
      observedGeneration: wire.integer(1),
      replicas: wire.integer(2),
      updatedReplicas: wire.integer(3),
      availableReplicas: wire.integer(4),
      conditions: shortConditions(6),
      readyReplicas: wire.integer(7),
    }),
  }),
  role: "workload",
  mountsClaims: true,

  health: (object) => {
    const { spec, status } = object;
    const { desired, current, ready: working, available } = replicas(object);
    const updated = integer(fields(status).updatedReplicas);
    const paused = flag(requiredFields(spec).paused) ? "Paused: " : "";

    const old = behind(object);
    if (old) return old;
    // If both conditions are true, this one gives the reason for the stuck rollout.
    const refused = replicaFailure(status);
    if (refused) return refused;
    const stuck = falseCondition(status, "Progressing");
    if (stuck) return failed(becauseInDetail("Its rollout is stuck", stuck));

    if (updated < desired) return pending(`${paused}${updated} of ${desired} replicas are updated`);
    if (current > updated) return pending(`${paused}${current - updated} of ${current} replicas are old`);
    if (working < desired) return pending(`${paused}${working} of ${desired} replicas are ready`);
    if (available < desired) return pending(`${paused}${available} of ${desired} replicas are available`);

    if (desired === 0) return ready(paused ? "Paused: scaled to zero" : "Scaled to zero");
    return ready(`${paused}${working} of ${desired} replicas are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: replicas(object) }),

  references: templateReferences,

  onHold: ({ spec }) => flag(requiredFields(spec).paused),
};
