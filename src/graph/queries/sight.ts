import { NONE } from "../../arrays/columns.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { ACTIVE } from "../tables/references.ts";
import { THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";

/** How much of a kind an asker may see: in all namespaces, in some, or nothing. */
export type Extent = "all" | "some" | "none";

/**
 * The scopes, by number, whose resources exist for the asker. The resources of all other scopes, and the
 * relations to them, do not.
 */
export interface Visibility {
  has(scope: number): boolean;
  /** Reports the same of a kind and the string id of a namespace, whether or not they have a scope. */
  includes(kind: number, namespace: number): boolean;
  extentOf(kind: number): Extent;
}

/** A message that another one replaces while the target of a relation is in Error. */
export interface Retold {
  /** String ids. */
  readonly from: number;
  readonly to: number;
  /** Number in `RELATION_TYPES`. */
  readonly relation: number;
  /** The name of the kind of the targets. */
  readonly targetKind: string;
}

/** The data that every query reads. Without `visible`, all scopes are visible. */
export interface Sight {
  readonly tables: Tables;
  readonly kinds: readonly ResourceKind[];
  /** String ids of the labels that name a chart. */
  readonly chartKeys: readonly number[];
  readonly retold: readonly Retold[];
  readonly visible?: Visibility | undefined;
}

/**
 * Reports whether the resource of a row exists for the asker. The row must be there, or be that of a missing
 * target: one that has only a uid does not exist for those who do not see everything.
 */
export function sees({ tables: { cohorts, rows }, visible }: Sight, row: number): boolean {
  if (visible === undefined) return true;
  const cohort = rows.cohort.data[row]!;
  return cohort !== NONE && visible.has(cohorts.scope(cohort));
}

/** Reports whether the target of a reference exists for the asker. */
export function isMet(sight: Sight, reference: number): boolean {
  const { references } = sight.tables;
  return references.has(reference, ACTIVE) && sees(sight, references.target.data[reference]!);
}

/** Reports whether a row is a resource that exists for the asker. */
export function isThereFor(sight: Sight, row: number): boolean {
  return sight.tables.rows.has(row, THERE) && sees(sight, row);
}

/** Returns the kind of a row. */
export function kindOf({ tables: { cohorts, rows }, kinds }: Sight, row: number): ResourceKind {
  return kinds[cohorts.kind(rows.cohort.data[row]!)]!;
}
