/** LimitRange: always ready. */
import * as wire from "../model/wire_field.ts";
import { list, requiredFields } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const limitRange: KindRule = {
  ...namespaced("v1", { kind: "LimitRange", plural: "limitranges" }),
  wire: wireObject({ spec: wire.message(2, { limits: wire.messages(1) }) }),

  health: ({ spec }) => ready(`Limits: ${list(requiredFields(spec).limits).length}`),
};
