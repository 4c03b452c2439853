import type { Pairs } from "./pairs.ts";
import type { RelationType } from "./relation.ts";

/** An owner of a resource, as its ownerReferences name it. */
interface Owner {
  readonly kind: string;
  readonly uid: string;
}

/**
 * All that any part needs to know of a kind, as data. Rules (`kinds/`) extend it; nobody branches on
 * a kind's name.
 */
export interface ResourceKind {
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural as it stands in API paths, such as `replicasets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Only PartialObjectMetadata is ever requested. */
  readonly metadataOnly: boolean;
  /** `--label-selector` limits the kind. */
  readonly labelLimited: boolean;
  /** An object of the kind is the namespace that has its name. */
  readonly isNamespace?: boolean;
  /** What sums count resources of the kind as. An entry leads traffic from outside to Services. */
  readonly role?: "pod" | "workload" | "service" | "entry";
  /** Objects of the kind mount PersistentVolumeClaims. */
  readonly mountsClaims?: boolean;
  /**
   * Returns pairs that selectors may ask for besides labels. No answer shows them. Their keys must not be
   * valid label keys.
   */
  readonly marks?: (name: string, owners: readonly Owner[]) => Pairs;
  /** Relation types that are followed on from a resource of the kind attached to a release. */
  readonly attaches?: readonly RelationType[];
  /** A resource of the kind that no relation of this type points at is an `unused-claim`. */
  readonly unusedWithout?: RelationType;
  /** An unmet reference of one of these types is what something left behind, and only a warning. */
  readonly leftovers?: readonly RelationType[];
  /** For how many seconds the target of a reference may be missing before that is a problem. */
  readonly toleratesMissingFor?: number;
  /** What a resource of the kind controls are runs of one thing: of the finished ones, the newest counts. */
  readonly repeats?: boolean;
  /** Resources whose name starts so are in no release's answer. */
  readonly outsideReleases?: string;
}

/** `apiVersion` as objects of the kind carry it. */
export function apiVersionOf({ group, version }: ResourceKind): string {
  return group === "" ? version : `${group}/${version}`;
}
