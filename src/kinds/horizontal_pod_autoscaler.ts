/** HorizontalPodAutoscaler: health from its conditions; scales its target. */
import * as wire from "../model/wire_field.ts";
import { type Fields, fields, integer, list, requiredFields, text } from "./fields.ts";
import { because, behindWhereNamed, failed, falseCondition, pending, ready } from "./health.ts";
import { groupOf, type KindRule, namespaced } from "./rule.ts";
import { shortConditions, wireObject } from "./wire_parts.ts";

/** Sentences for the reasons of the controller. https://pkg.go.dev/k8s.io/api/autoscaling/v2 */
const SENTENCES: readonly [reason: RegExp, sentence: string][] = [
  [/^FailedGetScale$/, "It cannot read the scale of its target"],
  [/^FailedUpdateScale$/, "It cannot set the scale of its target"],
  [/^Backoff/, "It waits after the last scaling"],
  [/^FailedGet.*Metric/, "It gets no metrics"],
  [/^InvalidMetricSourceType$/, "It does not know the type of a metric"],
  [/^InvalidSelector$/, "The selector of its target is missing or invalid"],
  [/^AmbiguousSelector$/, "Another autoscaler selects the same Pods"],
];

export const horizontalPodAutoscaler: KindRule = {
  ...namespaced("autoscaling/v2", { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers" }),
  wire: wireObject({
    spec: wire.message(2, {
      scaleTargetRef: wire.message(1, { kind: wire.text(1), name: wire.text(2), apiVersion: wire.text(3) }),
      minReplicas: wire.integer(2),
      maxReplicas: wire.integer(3),
    }),
    status: wire.message(3, {
      observedGeneration: wire.integer(1),
      currentReplicas: wire.integer(3),
      conditions: shortConditions(6),
    }),
  }),

  health: (object) => {
    const { spec, status } = object;
    const { minReplicas, maxReplicas } = requiredFields(spec);
    const { conditions, currentReplicas } = fields(status);
    const old = behindWhereNamed(object);
    if (old) return old;
    const unable = falseCondition(status, "AbleToScale");
    if (unable) return failed(because(sentenceFor(unable) ?? "It cannot scale", unable));
    const inactive = falseCondition(status, "ScalingActive");
    const disabled = text(inactive?.reason) === "ScalingDisabled";
    if (inactive && !disabled) {
      return failed(because(sentenceFor(inactive) ?? "Its scaling is not active", inactive));
    }
    if (list(conditions).length === 0) return pending("It has not run yet");
    if (disabled) return ready("Scaling is disabled: its target has no replicas");
    return ready(
      `Replicas: ${integer(currentReplicas)}, allowed ${integer(minReplicas, 1)} to ${integer(maxReplicas)}`,
    );
  },

  references: ({ spec }, refer) => {
    const { apiVersion, kind, name } = fields(requiredFields(spec).scaleTargetRef);
    refer.to("scales", { group: groupOf(text(apiVersion) ?? ""), kind: text(kind) ?? "", name });
  },
};

function sentenceFor({ reason }: Fields): string | undefined {
  const name = text(reason) ?? "";
  return SENTENCES.find(([pattern]) => pattern.test(name))?.[1];
}
