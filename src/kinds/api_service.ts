/** APIService: ready while it is available; calls the Service that serves its API. */
import { fields, requiredFields, text } from "./fields.ts";
import { because, becauseInDetail, conditionOf, failed, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const apiService: KindRule = {
  ...clusterScoped("apiregistration.k8s.io/v1", { kind: "APIService", plural: "apiservices" }),

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
