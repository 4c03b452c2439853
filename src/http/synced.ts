import type { KindStatus } from "../model/kind_status.ts";

/**
 * Reports whether every kind that can be is synced: each is synced, forbidden or absent, and one at least
 * is synced, if only in one namespace.
 */
export function isSynced(statuses: readonly KindStatus[]): boolean {
  return statuses.every(({ state }) => state === "synced" || state === "forbidden" || state === "absent") &&
    statuses.some(({ state, partly }) => state === "synced" || partly);
}

/** Reports whether the first lists are complete. Unlike `isSynced`, it counts a stale kind that was synced once. */
export function isListed(statuses: readonly KindStatus[]): boolean {
  return statuses.every(({ state, restored }) => state !== "listing" && !restored) &&
    statuses.some(({ state, partly }) => state === "synced" || state === "stale" || partly);
}
