/** ResourceQuota: always ready; says what is used up. */
import * as wire from "../model/wire_field.ts";
import { fields } from "./fields.ts";
import { ready } from "./health.ts";
import { quantity } from "./quantity.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

/** Sums of quantities such as 0.1 are not exact. */
const TOLERANCE = 1e-9;

export const resourceQuota: KindRule = {
  ...namespaced("v1", { kind: "ResourceQuota", plural: "resourcequotas" }),
  wire: wireObject({
    status: wire.message(3, { hard: wire.quantities(1), used: wire.quantities(2) }),
  }),

  health: ({ status }) => {
    const { hard, used } = fields(status);
    const limits = Object.entries(fields(hard));
    const usage = fields(used);
    const full = limits.flatMap(([resource, limit]) => {
      const most = quantity(limit) * (1 - TOLERANCE);
      if (!Object.hasOwn(usage, resource)) return [];
      return quantity(usage[resource]) >= most ? `${resource} (${usage[resource]} of ${limit})` : [];
    });
    if (!limits.some(([resource]) => Object.hasOwn(usage, resource))) {
      return ready("It has counted nothing yet");
    }
    return ready(full.length === 0 ? "Nothing is used up" : `Used up: ${full.sort().join(", ")}`);
  },
};
