import type { ResourceKind } from "../../model/resource_kind.ts";
import { ready } from "../health.ts";
import type { KindRule } from "../rule.ts";

/** A custom kind as the API server serves it, in its preferred version. */
export type DiscoveredKind = Pick<ResourceKind, "group" | "version" | "kind" | "plural" | "namespaced">;

/**
 * Returns the rule of a custom kind. Labels, Helm membership and owners need no rule: `makeRecord` reads them of
 * every kind.
 */
export function customRule({ group, version, kind, plural, namespaced }: DiscoveredKind): KindRule {
  return {
    group,
    version,
    kind,
    plural,
    namespaced,
    metadataOnly: false,
    labelLimited: namespaced,
    custom: true,

    health: () => ready("Exists"),
  };
}
