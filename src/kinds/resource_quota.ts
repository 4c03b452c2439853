/** ResourceQuota: always ready; says what is used up. */
import { fields } from "./fields.ts";
import { ready } from "./health.ts";
import { quantity } from "./quantity.ts";
import { type KindRule, namespaced } from "./rule.ts";

/** Sums of quantities such as 0.1 are not exact. */
const TOLERANCE = 1e-9;

export const resourceQuota: KindRule = {
  ...namespaced("v1", { kind: "ResourceQuota", plural: "resourcequotas" }),

  health: ({ status }) => {
    const { hard, used } = fields(status);
    const limits = Object.entries(fields(hard));
    if (limits.length === 0) return ready("It has counted nothing yet");
    const usage = fields(used);
    const full = limits.flatMap(([resource, limit]) => {
      const inUse = Object.hasOwn(usage, resource) ? usage[resource] : "0";
      const isFull = quantity(inUse) >= quantity(limit) * (1 - TOLERANCE);
      return isFull ? `${resource} (${inUse} of ${limit})` : [];
    });
    return ready(full.length === 0 ? "Nothing is used up" : `Used up: ${full.sort().join(", ")}`);
  },
};
