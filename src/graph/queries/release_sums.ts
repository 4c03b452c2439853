/** The sums over the core of a release. */
import type { Release } from "../../model/record.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { chartOf } from "./charts.ts";
import { type Revision, revisionsOf } from "./helm_storage.ts";
import { addCoreOfReleases, isStorage } from "./membership.ts";
import { worstStatus } from "./outcome.ts";
import { chartsOfRelease } from "./releases.ts";
import { releasesNamed } from "./select.ts";
import { kindOf, type Sight } from "./sight.ts";
import { forEachTarget } from "./walk.ts";

const ERROR = STATUSES.indexOf("Error");

/** Resources, relations between them, and Pods and resources in Error among them. */
export interface CoreCounts {
  readonly nodes: number;
  readonly edges: number;
  readonly pods: number;
  readonly errors: number;
}

export interface ReleaseSums {
  /** String ids, the release's own first. */
  readonly charts: readonly number[];
  readonly status: Status;
  readonly counts: CoreCounts;
  /** The newest revision that Helm has stored. */
  readonly newest?: Revision | undefined;
}

/** @param core An empty set, which holds the core of the release afterwards. */
export function releaseSums(sight: Sight, release: Release, core: RowSet): ReleaseSums {
  const named = addCoreOfRelease(sight, release, core);
  return {
    charts: chartsOfCore(sight, { name: release.name, core, named }),
    status: STATUSES[worstStatus(sight, core)]!,
    counts: countCore(sight, core),
    newest: revisionsOf(sight, release)[0],
  };
}

/** Adds the core of a release to an empty set. Returns the number of rows that name it. */
export function addCoreOfRelease(sight: Sight, release: Release, core: RowSet): number {
  return addCoreOfReleases(sight, releasesNamed(sight, release), core);
}

/** Returns the string ids of the charts of a core whose first `named` rows count; see `chartsOfRelease`. */
export function chartsOfCore(
  sight: Sight,
  { name, core, named }: { name: string; core: RowSet; named: number },
): number[] {
  const { tables, chartKeys } = sight;
  const chartOfRow = (row: number) => {
    const chart = chartOf(tables, chartKeys, tables.cohorts.labelSet(tables.rows.cohort.data[row]!));
    return chart === NONE ? undefined : chart;
  };
  return chartsOfRelease(sight, { name: tables.strings.find(name), core, named }, chartOfRow);
}

export function countCore(sight: Sight, core: RowSet): CoreCounts {
  const { rows } = sight.tables;
  const counts = { nodes: 0, edges: 0, pods: 0, errors: 0 };
  for (const row of core) {
    if (isStorage(sight, row)) continue;
    counts.nodes++;
    if (kindOf(sight, row).role === "pod") counts.pods++;
    if (rows.status.data[row] === ERROR) counts.errors++;
    forEachTarget(sight, row, (_type, to) => {
      if (core.has(to)) counts.edges++;
    });
  }
  return counts;
}
