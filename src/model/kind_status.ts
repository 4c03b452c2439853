import type { ResourceKind } from "./resource_kind.ts";

/**
 * What is known of a kind's objects: `listing` (no complete list yet in this process's life),
 * `synced`, `stale` (was synced or restored, and the watch has been broken for three minutes, or it
 * was restored and is not synced yet), `forbidden`, `absent` (the API server does not serve it).
 */
export const KIND_STATES = ["listing", "synced", "stale", "forbidden", "absent"] as const;

export type KindState = typeof KIND_STATES[number];

export interface KindStatus {
  readonly kind: ResourceKind;
  readonly state: KindState;
  /** Whether its resources are listed in some of its namespaces, whatever holds for the others. */
  readonly partly?: boolean;
  /** When the API server last sent anything, in milliseconds since 1970; 0: never. */
  readonly lastEvent: number;
  /** What went wrong last, while it still does. */
  readonly error?: string;
}
