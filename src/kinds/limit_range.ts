/** LimitRange: always ready. */
import { list, requiredFields } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const limitRange: KindRule = {
  ...namespaced("v1", { kind: "LimitRange", plural: "limitranges" }),

  health: ({ spec }) => ready(`Limits: ${list(requiredFields(spec).limits).length}`),
};
