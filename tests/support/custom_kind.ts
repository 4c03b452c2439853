import { customRule } from "../../src/kinds/custom/custom_rule.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import type { CustomKind } from "../../src/model/resource_kind.ts";

/** Returns the rule of a custom kind such as `Widget`, of example.com in the version v1 unless given otherwise. */
export function customKind(kind: string, given: Partial<CustomKind> = {}): KindRule {
  const plural = `${kind.toLowerCase()}s`;
  return customRule({ group: "example.com", version: "v1", kind, plural, namespaced: true, ...given });
}
