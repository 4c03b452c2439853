/** HorizontalPodAutoscaler: health from its conditions; scales its target. */
import { fields, integer, list, requiredFields, text } from "./fields.ts";
import { because, failed, falseCondition, pending, ready } from "./health.ts";
import { groupOf, type KindRule, namespaced } from "./rule.ts";

export const horizontalPodAutoscaler: KindRule = {
  ...namespaced("autoscaling/v2", { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers" }),

  health: ({ spec, status }) => {
    const { minReplicas, maxReplicas } = requiredFields(spec);
    const { conditions, currentReplicas } = fields(status);
    const unable = falseCondition(status, "AbleToScale");
    if (unable) return failed(because("It cannot scale", unable));
    const inactive = falseCondition(status, "ScalingActive");
    const disabled = text(inactive?.reason) === "ScalingDisabled";
    if (inactive && !disabled) return failed(because("It gets no metrics", inactive));
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
