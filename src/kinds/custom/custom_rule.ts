import type { CustomKind } from "../../model/resource_kind.ts";
import type { KindRule } from "../rule.ts";
import { customHealth } from "./custom_health.ts";

/**
 * Returns the rule of a custom kind. Labels, Helm membership and owners need no rule: `makeRecord` reads them of
 * every kind.
 */
export function customRule(kind: CustomKind): KindRule {
  return {
    ...kind,
    metadataOnly: false,
    labelLimited: kind.namespaced,
    custom: true,

    health: customHealth,
  };
}
