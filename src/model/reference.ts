import type { LabelSelector } from "./label_selector.ts";
import type { RelationType } from "./relation.ts";
import type { ResourceKind } from "./resource_kind.ts";

/** What one resource declares about another: a relation as soon as its target is in the graph. */
export interface Reference {
  readonly type: RelationType;
  /** Kind of the target. */
  readonly kind: ResourceKind;
  /** Empty for a cluster-scoped target. */
  readonly namespace: string;
  readonly name: string;
  /** Where set, the target is the resource with this uid, and its key only names it. */
  readonly uid?: string;
  /** The relation goes from the target to the declaring resource. */
  readonly reversed?: boolean;
  /** A missing target is no problem. */
  readonly optional?: boolean;
}

/** A selection by labels among the resources of a kind in the declaring resource's namespace. */
export interface SelectorReference {
  readonly type: RelationType;
  readonly kind: ResourceKind;
  readonly selector: LabelSelector;
  /** Selecting nothing is a problem. */
  readonly required?: boolean;
}
