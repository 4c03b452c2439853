import type { LabelSelector } from "./label_selector.ts";
import type { RelationType } from "./relation.ts";
import type { ResourceKind } from "./resource_kind.ts";

/**
 * The places in an object that can contain a reference. Equal references are merged into one that has all their
 * places. Redis stores the names, so the order may change. At most 16 places are possible.
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

/** A reference that one resource declares to another. It becomes a relation when its target is in the graph. */
export interface Reference {
  readonly type: RelationType;
  /**
   * The kind of the target. Undefined for a reference by uid whose kind is not tracked. Such a reference is
   * only shown if a resource has the uid: it is then a relation.
   */
  readonly kind: ResourceKind | undefined;
  /** The namespace of the target. Empty if the target is cluster-scoped or its kind is not tracked. */
  readonly namespace: string;
  readonly name: string;
  /** If set, the target is the resource with this uid, and kind, namespace and name only describe it. */
  readonly uid?: string | undefined;
  /** The relation goes from the target to the declaring resource. */
  readonly reversed?: boolean | undefined;
  /** A missing target is not a problem. */
  readonly optional?: boolean | undefined;
  /** The target controls the declaring resource: an entry of `ownerReferences` with `controller: true`. */
  readonly controller?: boolean | undefined;
  /** The places of the reference, as `viaBits` returns them. A reference by uid has none. */
  readonly via?: number | undefined;
}

/** A selection by labels among the resources of a kind in one namespace. */
export interface SelectorReference {
  readonly type: RelationType;
  readonly kind: ResourceKind;
  readonly selector: LabelSelector;
  /** Default: the namespace of the declaring resource. */
  readonly namespace?: string | undefined;
  /** Selecting nothing is a problem. */
  readonly required?: boolean | undefined;
}
