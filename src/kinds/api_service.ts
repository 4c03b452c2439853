/** APIService: ready while it is available; calls the Service that serves its API. */
import * as wire from "../model/wire_field.ts";
import { fields, isObject, nameOf, requiredFields, text } from "./fields.ts";
import { because, becauseInDetail, conditionOf, failed, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { shortConditions, wireObject } from "./wire_parts.ts";

export const apiService: KindRule = {
  ...clusterScoped("apiregistration.k8s.io/v1", { kind: "APIService", plural: "apiservices" }),
  wire: wireObject({
    spec: wire.message(2, { service: wire.message(1, { namespace: wire.text(1), name: wire.text(2) }) }),
    status: wire.message(3, { conditions: shortConditions(1) }),
  }),
  // Without a Service, the API server itself serves the group.
  serves: {
    what: "versions",
    nameOf: (object) => ({ name: nameOf(object), isServing: isServedElsewhere(object) }),
  },

  health: ({ status }) => {
    const condition = conditionOf(status, "Available");
    switch (text(condition?.status)) {
      case "True":
        return ready("Available");
      case "False":
        return failed(becauseInDetail("Not available", condition!));
      default:
        return pending(condition ? because("Availability is not known", condition) : "Not checked yet");
    }
  },

  references: ({ spec }, refer) => {
    const { namespace, name } = fields(requiredFields(spec).service);
    refer.to("calls", { kind: "Service", namespace, name });
  },
};

function isServedElsewhere(object: unknown): boolean {
  return isObject(object) && isObject(object.spec) && isObject(object.spec.service);
}
