/**
 * The shape of a rule: what Astrolabe knows of a kind, as data and pure functions over one object.
 * A rule does no I/O, asks no clock and logs nothing. It reads through `fields.ts`, so that a
 * malformed object throws MalformedField and nothing else; `makeRecord` catches that.
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
 * Takes the references of one resource. One without a name, or to a kind that is not tracked, is
 * dropped. What it takes as unknown it reads itself.
 */
export interface Refer {
  /** The relation goes from the declaring resource to the target. */
  to(type: RelationType, target: Target): void;
  /** The relation goes from the target to the declaring resource. */
  from(type: RelationType, target: Target): void;
  /** The relation goes to all that the selector selects in the declaring resource's namespace. */
  select(type: RelationType, selection: Selection): void;
}

export interface Target {
  /** The core group where absent. */
  readonly group?: string;
  readonly kind: string;
  readonly name: unknown;
  /** The declaring resource's own where absent; of no account for a cluster-scoped kind. */
  readonly namespace?: unknown;
  readonly uid?: unknown;
  /** A missing target is not a problem. */
  readonly optional?: unknown;
  /** The places in the object at which the reference stands. */
  readonly via?: readonly Via[] | undefined;
}

export interface Selection {
  /** The core group where absent. */
  readonly group?: string;
  readonly kind: string;
  /** The object form, with matchLabels and matchExpressions: empty selects all, absent nothing. */
  readonly selector: unknown;
  /** Selecting nothing is a problem. */
  readonly required?: boolean;
}

interface Names {
  readonly kind: string;
  /** As it stands in API paths. */
  readonly plural: string;
}

/** A kind whose resources live in a namespace. */
export function namespaced(apiVersion: string, names: Names): ResourceKind {
  return resourceKind(apiVersion, { ...names, namespaced: true });
}

/** A kind whose resources belong to no namespace; no label selector limits them. */
export function clusterScoped(apiVersion: string, names: Names): ResourceKind {
  return resourceKind(apiVersion, { ...names, namespaced: false });
}

/** The API group in an `apiVersion`: empty in `v1`, `apps` in `apps/v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(apiVersion.indexOf("/"), 0));
}

function resourceKind(apiVersion: string, { kind, plural, namespaced }: Names & { namespaced: boolean }) {
  return {
    group: groupOf(apiVersion),
    version: apiVersion.slice(apiVersion.indexOf("/") + 1),
    kind,
    plural,
    namespaced,
    metadataOnly: false,
    labelLimited: namespaced,
  };
}
