/** ReplicationController: ready with all its replicas; uses what its template needs. */
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { replicaFailure, replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const replicationController: KindRule = {
  ...namespaced("v1", { kind: "ReplicationController", plural: "replicationcontrollers" }),
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
};
