import type { KindStatus } from "../model/kind_status.ts";

/**
 * Whether the first lists are complete: no kind is still listing, and at least one could be listed, if
 * only in one namespace. A stale kind was synced once.
 */
export function isSynced(statuses: readonly KindStatus[]): boolean {
  return statuses.every(({ state }) => state !== "listing") &&
    statuses.some(({ state, partly }) => state === "synced" || state === "stale" || partly);
}
