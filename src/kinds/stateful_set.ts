/** StatefulSet: health as `kubectl rollout status` sees it; uses what its template needs. */
import { fields, integer, requiredFields, text } from "./fields.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const statefulSet: KindRule = {
  ...namespaced("apps/v1", { kind: "StatefulSet", plural: "statefulsets" }),
  mountsClaims: true,

  health: (object) => {
    const old = behind(object);
    if (old) return old;
    const { desired, ready: working } = replicas(object);
    if (working < desired) return pending(`${working} of ${desired} replicas are ready`);

    const { type, rollingUpdate } = fields(requiredFields(object.spec).updateStrategy);
    if ((text(type) || "RollingUpdate") === "RollingUpdate") {
      const updated = integer(fields(object.status).updatedReplicas);
      const wanted = desired - integer(fields(rollingUpdate).partition);
      if (updated < wanted) return pending(`${updated} of ${wanted} replicas are updated`);
    }
    return ready(desired === 0 ? "Scaled to zero" : `${working} of ${desired} replicas are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: replicas(object) }),

  references: templateReferences,
};
