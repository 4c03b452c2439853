import certManager from "./shipped/cert_manager.yaml" with { type: "text" };
import { readConfiguration } from "./configuration.ts";
import type { ConfiguredKind } from "./configured_kind.ts";

/** The configurations that Astrolabe brings along, by project. */
export const SHIPPED: Readonly<Record<string, string>> = {
  "cert-manager": certManager,
};

/** Reads the shipped configurations. */
export function shippedKinds(): ConfiguredKind[] {
  return Object.values(SHIPPED).flatMap((text) => readConfiguration(text, { isNamed: false }));
}
