import type { Pairs } from "./pairs.ts";
import type { RelationType } from "./relation.ts";
import type { WireFields } from "./wire_field.ts";

/** An owner of a resource, as its ownerReferences name it. */
interface Owner {
  readonly kind: string;
  readonly uid: string;
}

/** How objects of a kind make the API server serve other kinds. */
export interface Serving {
  /**
   * - `kinds`: the name of an object is the plural and the group of a kind, such as `widgets.example.com`.
   * - `versions`: it is a version and a group that another server serves, such as `v1.metrics.k8s.io`.
   */
  readonly what: "kinds" | "versions";
  /** Returns the name of an object of which nothing has been checked, and whether it makes something served. */
  readonly nameOf: (object: unknown) => { readonly name: string; readonly isServing: boolean };
}

/**
 * Everything that other parts need to know about a kind, as data. Rules (`kinds/`) extend it. No other part
 * branches on the name of a kind.
 */
export interface ResourceKind {
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural as in API paths, such as `replicasets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Only PartialObjectMetadata is requested. */
  readonly metadataOnly: boolean;
  /** The fields that are read from protobuf. A kind without them is read as JSON. */
  readonly wire?: WireFields;
  /** `--label-selector` limits the kind. */
  readonly labelLimited: boolean;
  /** A CustomResourceDefinition or an aggregated API serves the kind, and no built-in rule covers it. */
  readonly custom?: boolean;
  /** The user's configuration names the kind. */
  readonly isNamed?: boolean;
  /** The annotations that are kept besides those that are kept of every kind. */
  readonly annotations?: ReadonlySet<string>;
  /** Another server behind the API server serves the kind, and numbers its resourceVersions by itself. */
  readonly aggregated?: boolean;
  /** The API server serves other kinds because of the objects of this kind. */
  readonly serves?: Serving;
  /** An object of this kind is the namespace of the same name. */
  readonly isNamespace?: boolean;
  /** The role of the kind in totals. An `entry` routes traffic from outside to Services. */
  readonly role?: "pod" | "workload" | "service" | "entry";
  /** Objects of the kind exist to be used. An object that nothing refers to is a leftover. */
  readonly isThereToBeUsed?: boolean;
  /** Objects of the kind mount PersistentVolumeClaims. */
  readonly mountsClaims?: boolean;
  /**
   * Returns pairs that selectors may ask for besides labels. No answer shows them. Their keys must not be
   * valid label keys.
   */
  readonly marks?: (name: string, owners: readonly Owner[]) => Pairs;
  /** Relation types that a release walk follows from an attached resource of this kind. */
  readonly attaches?: readonly RelationType[];
  /** A resource of the kind that no relation of this type points at is an `unused-claim`. */
  readonly unusedWithout?: RelationType;
  /** An unresolved reference of one of these types is a leftover, and therefore only a warning. */
  readonly leftovers?: readonly RelationType[];
  /** A message, and another one that answers show instead while a target of a relation is in Error. */
  readonly retells?: {
    readonly from: string;
    readonly to: string;
    readonly relation: RelationType;
    readonly targetKind: string;
  };
  /** By type: the seconds for which the target of a reference may be missing before it is a problem. */
  readonly toleratesMissing?: Readonly<Partial<Record<RelationType, number>>>;
  /** A resource of this kind controls repeated runs. Of the finished ones, only the newest counts. */
  readonly repeats?: boolean;
  /**
   * Objects of the kind grant rights in their namespace. Returns the users and groups to whom an object, of which
   * nothing has been checked, grants something: `user NAME` and `group NAME`, by the names of the API server.
   */
  readonly grantsTo?: (object: unknown) => readonly string[];
  /** Resources whose name has this prefix are in no answer of a release. */
  readonly outsideReleases?: string;
}

/** A custom kind, as the API server serves it in its preferred version. */
export type CustomKind = Pick<
  ResourceKind,
  "group" | "version" | "kind" | "plural" | "namespaced" | "aggregated"
>;

/** Returns the `apiVersion` of objects of this kind. */
export function apiVersionOf({ group, version }: ResourceKind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Returns the text that tells kinds apart, whatever their version. */
export function kindKey({ group, kind }: Pick<ResourceKind, "group" | "kind">): string {
  return `${group}/${kind}`;
}

/**
 * Compares two kinds under which the API server serves the same object. The object is a resource of the one
 * that sorts first: a built-in kind, then one that a CustomResourceDefinition defines.
 */
export function comparePrecedence(a: ResourceKind, b: ResourceKind): number {
  return rankOf(a) - rankOf(b) || (kindKey(a) < kindKey(b) ? -1 : 1);
}

function rankOf({ custom, aggregated }: ResourceKind): number {
  return aggregated ? 2 : custom ? 1 : 0;
}

/** Returns a kind in one word, as kubectl takes it: `Pod`, `Deployment.apps`. */
export function kindName({ kind, group }: ResourceKind): string {
  return group === "" ? kind : `${kind}.${group}`;
}
