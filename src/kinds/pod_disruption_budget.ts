/** PodDisruptionBudget: health from its Pod counts; selects the Pods it protects. */
import * as wire from "../model/wire_field.ts";
import { fields, integer, list, requiredFields, text } from "./fields.ts";
import { becauseInDetail, behind, failed, falseCondition, NOT_WRITTEN, pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { conditions, LABEL_SELECTOR, wireObject } from "./wire_parts.ts";

export const podDisruptionBudget: KindRule = {
  ...namespaced("policy/v1", { kind: "PodDisruptionBudget", plural: "poddisruptionbudgets" }),
  wire: wireObject({
    spec: wire.message(2, { selector: wire.message(2, LABEL_SELECTOR) }),
    status: wire.message(3, {
      observedGeneration: wire.integer(1),
      disruptionsAllowed: wire.integer(3),
      currentHealthy: wire.integer(4),
      desiredHealthy: wire.integer(5),
      expectedPods: wire.integer(6),
      conditions: conditions(7),
    }),
  }),

  health: (object) => {
    const {
      conditions,
      observedGeneration,
      expectedPods,
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
    } = fields(object.status);
    const refused = falseCondition(object.status, "DisruptionAllowed");
    const reason = text(refused?.reason);
    const failure = refused && reason && reason !== "InsufficientPods"
      ? failed(becauseInDetail("It cannot be computed", refused))
      : undefined;
    // A controller that cannot compute a budget observes no generation of it.
    if (failure && reason === "SyncFailed") return failure;
    const unfinished = behind(object) ?? failure;
    if (unfinished) return unfinished;

    const expected = integer(expectedPods);
    const healthy = integer(currentHealthy);
    const desired = integer(desiredHealthy);
    // The API server writes counts of 0 into a status that the controller has not written.
    const isWritten = list(conditions).length > 0 || integer(observedGeneration) > 0;
    if (!isWritten && expected + healthy + desired === 0) return NOT_WRITTEN;
    if (expected === 0) return ready("The controller counts no Pods");
    if (healthy < desired) return pending(`${healthy} of ${desired} needed Pods are healthy`);
    return ready(
      `${healthy} of ${expected} Pods are healthy, ${integer(disruptionsAllowed)} may be disrupted`,
    );
  },

  references: ({ spec }, refer) => {
    refer.select("selects", { kind: "Pod", selector: requiredFields(spec).selector });
  },
};
