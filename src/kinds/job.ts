/** Job: ready when complete; uses the objects that its template names. */
import * as wire from "../model/wire_field.ts";
import { fields, flag, integer, requiredFields } from "./fields.ts";
import { because, failed, pending, ready, trueCondition } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { conditions, wireObject } from "./wire_parts.ts";

export const job: KindRule = {
  ...namespaced("batch/v1", { kind: "Job", plural: "jobs" }),
  wire: wireObject({
    spec: wire.message(2, {
      parallelism: wire.integer(1),
      completions: wire.integer(2),
      template: podTemplate(6),
      suspend: wire.flag(10),
    }),
    status: wire.message(3, {
      conditions: conditions(1),
      active: wire.integer(4),
      succeeded: wire.integer(5),
    }),
  }),
  role: "workload",
  mountsClaims: true,

  health: ({ spec, status }) => {
    const { suspend, completions, parallelism } = requiredFields(spec);
    const { active, succeeded } = fields(status);
    // With parallelism and no completions, any number may complete.
    const wanted = integer(completions, integer(parallelism, 1) > 1 ? 0 : 1);
    const figures = `${integer(succeeded)}${wanted > 0 ? ` of ${wanted}` : ""} completed`;
    const failure = trueCondition(status, "Failed");
    if (failure) return failed(because("Failed", failure));
    const doom = trueCondition(status, "FailureTarget");
    if (doom) return failed(because("It has failed and ends its Pods", doom));
    if (trueCondition(status, "Complete")) return ready(`Complete: ${figures}`);
    if (flag(suspend)) return pending(`Suspended: ${figures}`);
    return pending(`${integer(active)} active, ${figures}`);
  },

  detail: (object) => ({ image: templateImage(object) }),

  references: templateReferences,

  finished: ({ status }) =>
    trueCondition(status, "Complete") !== undefined || trueCondition(status, "Failed") !== undefined,

  onHold: ({ spec }) => flag(requiredFields(spec).suspend),
};
