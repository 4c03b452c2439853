/** PodDisruptionBudget: health from its Pod counts; selects the Pods it protects. */
import { fields, integer, requiredFields } from "./fields.ts";
import { pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const podDisruptionBudget: KindRule = {
  ...namespaced("policy/v1", { kind: "PodDisruptionBudget", plural: "poddisruptionbudgets" }),

  health: ({ status }) => {
    const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } = fields(status);
    const expected = integer(expectedPods);
    const healthy = integer(currentHealthy);
    const desired = integer(desiredHealthy);
    if (expectedPods === 0 || expected + desired === 0) return ready("It expects no Pods");
    if (healthy < desired) return pending(`${healthy} of ${desired} needed Pods are healthy`);
    return ready(
      `${healthy} of ${expected} Pods are healthy, ${integer(disruptionsAllowed)} may be disrupted`,
    );
  },

  references: ({ spec }, refer) => {
    refer.select("selects", { kind: "Pod", selector: requiredFields(spec).selector });
  },
};
