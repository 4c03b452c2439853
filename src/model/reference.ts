import type { LabelSelector } from "./label_selector.ts";
import type { RelationType } from "./relation.ts";
import type { ResourceKind } from "./resource_kind.ts";

/**
 * The places in an object at which a reference may stand. Equal references are merged and keep the places
 * of all. Redis keeps the names; the order may change, the number of places must not exceed 32.
 */
export const VIAS = [
  "env",
  "envFrom",
  "volume",
  "subPath",
  "projected",
  "imagePullSecret",
  "tls",
  "initContainer",
  "ephemeralContainer",
  "claimTemplate",
] as const;

export type Via = typeof VIAS[number];

/** Returns a set of places as bits, in the order of `VIAS`. */
export function viaBits(vias: readonly Via[]): number {
  return vias.reduce((bits, via) => bits | 1 << VIAS.indexOf(via), 0);
}

/** Returns the places in a set of bits. */
export function viasOf(bits: number): Via[] {
  return VIAS.filter((_, i) => bits >>> i & 1);
}

/** What one resource declares about another: a relation as soon as its target is in the graph. */
export interface Reference {
  readonly type: RelationType;
  /**
   * The kind of the target. Undefined for a reference by uid that names a kind that is not tracked: it
   * makes a relation if a resource has the uid, and is not shown while none has.
   */
  readonly kind: ResourceKind | undefined;
  /** Empty for a cluster-scoped target; as `name`, for a kind that is not tracked. */
  readonly namespace: string;
  readonly name: string;
  /** If set, the target is the resource with this uid. Kind, namespace and name only say how it is called. */
  readonly uid?: string | undefined;
  /** The relation goes from the target to the declaring resource. */
  readonly reversed?: boolean | undefined;
  /** A missing target is not a problem. */
  readonly optional?: boolean | undefined;
  /** The target controls the declaring resource: an entry of `ownerReferences` with `controller: true`. */
  readonly controller?: boolean | undefined;
  /** The places at which the reference stands, as `viaBits` gives them. A reference by uid has none. */
  readonly via?: number | undefined;
}

/** A selection by labels among the resources of a kind in the declaring resource's namespace. */
export interface SelectorReference {
  readonly type: RelationType;
  readonly kind: ResourceKind;
  readonly selector: LabelSelector;
  /** Selecting nothing is a problem. */
  readonly required?: boolean | undefined;
}
