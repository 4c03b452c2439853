import type { KindStatus } from "../model/kind_status.ts";

/** Returns the statuses of the built-in kinds. Custom kinds do not delay readiness. */
export function ofBuiltIns(statuses: readonly KindStatus[]): KindStatus[] {
  return statuses.filter(({ kind }) => !kind.custom);
}

/**
 * Reports whether every built-in kind that can be is synced: each is synced, forbidden or absent, and one at least
 * is synced, if only in one namespace.
 */
export function isSynced(all: readonly KindStatus[]): boolean {
  const statuses = ofBuiltIns(all);
  return statuses.every(({ state }) => state === "synced" || state === "forbidden" || state === "absent") &&
    statuses.some(({ state, partly }) => state === "synced" || partly);
}

/**
 * Reports whether the first lists of the built-in kinds are complete. Unlike `isSynced`, it counts a stale kind
 * that was synced once.
 */
export function isListed(all: readonly KindStatus[]): boolean {
  const statuses = ofBuiltIns(all);
  return statuses.every(({ state, restored }) => state !== "listing" && !restored) &&
    statuses.some(({ state, partly }) => state === "synced" || state === "stale" || partly);
}
