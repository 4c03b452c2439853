/**
 * StatefulSet: health by the rules of `kubectl rollout status`; uses its Service, mounts the claims that it
 * creates.
 */
import * as wire from "../model/wire_field.ts";
import { templateClaims } from "./claim_marks.ts";
import { fields, integer, list, requiredFields, text } from "./fields.ts";
import { behind, pending, ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const statefulSet: KindRule = {
  ...namespaced("apps/v1", { kind: "StatefulSet", plural: "statefulsets" }),
  wire: wireObject({
    spec: wire.message(2, {
      replicas: wire.integer(1),
      template: podTemplate(3),
      volumeClaimTemplates: wire.messages(4, { metadata: wire.message(1, { name: wire.text(1) }) }),
      serviceName: wire.text(5),
      updateStrategy: wire.message(7, {
        type: wire.text(1),
        rollingUpdate: wire.message(2, { partition: wire.integer(1) }),
      }),
      minReadySeconds: wire.integer(9),
    }),
    status: wire.message(3, {
      observedGeneration: wire.integer(1),
      replicas: wire.integer(2),
      readyReplicas: wire.integer(3),
      updatedReplicas: wire.integer(5),
      availableReplicas: wire.integer(11),
    }),
  }),
  role: "workload",
  mountsClaims: true,

  health: (object) => {
    const old = behind(object);
    if (old) return old;
    const { desired, ready: working, available } = replicas(object);
    if (working < desired) return pending(`${working} of ${desired} replicas are ready`);
    // Stricter than kubectl. Without minReadySeconds, older controllers count no available replicas.
    if (integer(requiredFields(object.spec).minReadySeconds) > 0 && available < desired) {
      return pending(`${available} of ${desired} replicas are available`);
    }

    const { type, rollingUpdate } = fields(requiredFields(object.spec).updateStrategy);
    if ((text(type) || "RollingUpdate") === "RollingUpdate") {
      const updated = integer(fields(object.status).updatedReplicas);
      const wanted = desired - integer(fields(rollingUpdate).partition);
      if (updated < wanted) return pending(`${updated} of ${wanted} replicas are updated`);
    }
    return ready(desired === 0 ? "Scaled to zero" : `${working} of ${desired} replicas are ready`);
  },

  detail: (object) => ({ image: templateImage(object), replicas: replicas(object) }),

  references: (object, refer) => {
    const { serviceName, volumeClaimTemplates } = requiredFields(object.spec);
    const templates = list(volumeClaimTemplates).flatMap(({ metadata }) => text(fields(metadata).name) || []);
    // The controller replaces a volume of the template that is named like a claim template.
    templateReferences(object, refer, new Set(templates));
    refer.to("uses-service", { kind: "Service", name: serviceName });
    const set = text(fields(object.metadata).name) ?? "";
    for (const template of templates) {
      refer.select("mounts", {
        kind: "PersistentVolumeClaim",
        selector: templateClaims(template, set),
      });
    }
  },
};
