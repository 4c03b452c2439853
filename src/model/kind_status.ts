import type { ResourceKind } from "./resource_kind.ts";

/**
 * How current a kind is:
 * - `listing`: this process has no complete list yet.
 * - `synced`: the resources are current.
 * - `stale`: it was synced or restored, and its watch has been broken for three minutes. Or it was restored and
 *   is not synced yet. Or the API server may have another history than the one that was followed, and the new
 *   list is not complete.
 * - `forbidden`: the API server refuses access.
 * - `absent`: the API server does not serve it.
 * - `too-many`: a custom kind that is not followed because it has too many objects.
 */
export const KIND_STATES = ["listing", "synced", "stale", "forbidden", "absent", "too-many"] as const;

export type KindState = typeof KIND_STATES[number];

export interface KindStatus {
  readonly kind: ResourceKind;
  readonly state: KindState;
  /** Whether its resources are listed in at least one of its namespaces. */
  readonly partly?: boolean | undefined;
  /** Whether it was restored and has not been synced by this process. */
  readonly restored?: boolean | undefined;
  /** Time of the last message from the API server, in milliseconds since 1970. 0 means never. */
  readonly lastEvent: number;
  /** The number of objects that the API server has of a kind with `too-many`. */
  readonly objects?: number | undefined;
  /** The last error. Absent while everything works. */
  readonly error?: string | undefined;
}
