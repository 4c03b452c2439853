/**
 * The shape of a rule: everything that Astrolabe knows about a kind, as data and pure functions over one
 * object. A rule does no I/O, reads no clock and logs nothing. It reads through `fields.ts`, so a malformed
 * object throws only MalformedField, which `makeRecord` catches.
 */
import type { Detail } from "../model/detail.ts";
import type { Via } from "../model/reference.ts";
import type { RelationType } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { Health } from "../model/status.ts";
import type { Fields } from "./fields.ts";

export interface KindRule extends ResourceKind {
  /** Health of an object that is not being deleted. */
  health(object: Fields): Health;
  detail?(object: Fields): { readonly [field in keyof Detail]: Detail[field] | undefined };
  references?(object: Fields, refer: Refer): void;
  /** As in `ResourceRecord`. */
  idle?(object: Fields): boolean;
  /** As in `ResourceRecord`. */
  finished?(object: Fields): boolean;
  /** As in `ResourceRecord`. */
  onHold?(object: Fields): boolean;
}

/**
 * Collects the references of one resource. It drops a reference without a name or to a kind that is not
 * tracked. It checks parameters of type unknown itself.
 */
export interface Refer {
  /** Adds a relation from the declaring resource to the target. */
  to(type: RelationType, target: Target): void;
  /** Adds a relation from the target to the declaring resource. */
  from(type: RelationType, target: Target): void;
  /**
   * Adds a relation to every resource that the selector selects in one namespace.
   */
  select(type: RelationType, selection: Selection): void;
}

export interface Target {
  /** The core group where absent. */
  readonly group?: string;
  readonly kind: string;
  readonly name: unknown;
  /** Default: the namespace of the declaring resource. Ignored for a cluster-scoped kind. */
  readonly namespace?: unknown;
  readonly uid?: unknown;
  /** A missing target is not a problem. */
  readonly optional?: unknown;
  /** The places of the reference in the object. */
  readonly via?: readonly Via[] | undefined;
}

export interface Selection {
  /** The core group where absent. */
  readonly group?: string;
  readonly kind: string;
  /**
   * The object form, with matchLabels and matchExpressions. An empty one selects all, an absent one nothing.
   */
  readonly selector: unknown;
  /** Default: the namespace of the declaring resource. Ignored for a cluster-scoped kind. */
  readonly namespace?: string;
  /** Selecting nothing is a problem. */
  readonly required?: boolean;
}

interface Names {
  readonly kind: string;
  /** The plural, as in API paths. */
  readonly plural: string;
}

/** Returns the data of a namespaced kind. */
export function namespaced(apiVersion: string, names: Names): ResourceKind {
  return resourceKind(apiVersion, { ...names, namespaced: true });
}

/** Returns the data of a cluster-scoped kind. No label selector limits it. */
export function clusterScoped(apiVersion: string, names: Names): ResourceKind {
  return resourceKind(apiVersion, { ...names, namespaced: false });
}

/** Returns the API group of an `apiVersion`: empty for `v1`, `apps` for `apps/v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(apiVersion.indexOf("/"), 0));
}

/** Returns the version of an `apiVersion`: `v1` for `v1` and for `apps/v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf("/") + 1);
}

function resourceKind(apiVersion: string, { kind, plural, namespaced }: Names & { namespaced: boolean }) {
  return {
    group: groupOf(apiVersion),
    version: versionOf(apiVersion),
    kind,
    plural,
    namespaced,
    metadataOnly: false,
    labelLimited: namespaced,
  };
}
