/**
 * Marks of the claims that Kubernetes creates for workloads, derived from their names. A StatefulSet selects
 * its claims by name without the ordinal, a Pod by name and owner.
 */
import type { Pairs } from "../model/pairs.ts";
import type { ResourceKind } from "../model/resource_kind.ts";

const STEM = "name without ordinal";
/** `data-web` and `12` of `data-web-12`. Kubernetes writes ordinals without leading zeros. */
const NUMBERED = /^(.+)-(?:0|[1-9]\d*)$/s;

/** Returns the marks of a claim. */
export const claimMarks: NonNullable<ResourceKind["marks"]> = (name, owners) => {
  const marks: Pairs[number][] = owners.filter(({ kind }) => kind === "Pod")
    .map(({ uid }) => [ownedBy(uid), name]);
  const stem = NUMBERED.exec(name)?.[1];
  if (stem !== undefined) marks.push([STEM, stem]);
  return marks;
};

/**
 * Returns a selector of the claims that a StatefulSet creates from a template, including those of replicas
 * that it no longer wants.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
 */
export function templateClaims(template: string, set: string): unknown {
  return { matchLabels: { [STEM]: `${template}-${set}` } };
}

/**
 * Returns a selector of the claim of an ephemeral volume. A claim with that name that the Pod does not own is
 * a different claim.
 * https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#persistentvolumeclaim-naming
 */
export function ephemeralClaim(pod: { name: string; uid: string }, volume: string): unknown {
  return { matchLabels: { [ownedBy(pod.uid)]: `${pod.name}-${volume}` } };
}

function ownedBy(uid: string): string {
  return `owned by ${uid}`;
}
