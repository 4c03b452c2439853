import type { ResourceKind } from "../../model/resource_kind.ts";
import type { Tables } from "../tables/tables.ts";

/**
 * The scopes, by number, whose resources exist for the asker. The resources of all other scopes, and the
 * relations to them, do not.
 */
export interface Visibility {
  has(scope: number): boolean;
}

/** The data that every query reads. Without `visible`, all scopes are visible. */
export interface Sight {
  readonly tables: Tables;
  readonly kinds: readonly ResourceKind[];
  /** String ids of the labels that name a chart. */
  readonly chartKeys: readonly number[];
  readonly visible?: Visibility | undefined;
}

/** Reports whether the resource of a row exists for the asker. The row must be there. */
export function sees({ tables: { cohorts, rows }, visible }: Sight, row: number): boolean {
  return visible === undefined || visible.has(cohorts.scope(rows.cohort.data[row]!));
}

/** Returns the kind of a row. */
export function kindOf({ tables: { cohorts, rows }, kinds }: Sight, row: number): ResourceKind {
  return kinds[cohorts.kind(rows.cohort.data[row]!)]!;
}
