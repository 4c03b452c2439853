/** CronJob: always ready; uses the objects that the template of its Jobs names. */
import * as wire from "../model/wire_field.ts";
import { fields, flag, list, requiredFields, text } from "./fields.ts";
import { ready } from "./health.ts";
import { templateImage, templateReferences } from "./pod_template.ts";
import { podTemplate } from "./pod_wire.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const cronJob: KindRule = {
  ...namespaced("batch/v1", { kind: "CronJob", plural: "cronjobs" }),
  wire: wireObject({
    spec: wire.message(2, {
      suspend: wire.flag(4),
      jobTemplate: wire.message(5, { spec: wire.message(2, { template: podTemplate(6) }) }),
    }),
    status: wire.message(3, { active: wire.messages(1), lastScheduleTime: wire.time(4) }),
  }),
  role: "workload",
  mountsClaims: true,
  repeats: true,

  health: ({ spec, status }) => {
    const { active, lastScheduleTime } = fields(status);
    const last = text(lastScheduleTime);
    const facts = [last ? `last run at ${last}` : "never ran"];
    const running = list(active).length;
    if (running > 0) facts.unshift(`${running} active`);
    if (flag(requiredFields(spec).suspend)) facts.unshift("suspended");
    const message = facts.join(", ");
    return ready(message.charAt(0).toUpperCase() + message.slice(1));
  },

  detail: ({ spec }) => ({ image: templateImage(fields(requiredFields(spec).jobTemplate)) }),

  references: ({ spec }, refer) => templateReferences(fields(requiredFields(spec).jobTemplate), refer),
};
