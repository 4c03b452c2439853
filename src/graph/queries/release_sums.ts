import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { chartOf } from "./charts.ts";
import { type Revision, revisionsOf } from "./helm_storage.ts";
import { addCoreOfReleases, isStorage } from "./membership.ts";
import { worstStatus } from "./outcome.ts";
import type { Release } from "../../model/record.ts";
import { chartsOfRelease } from "./releases.ts";
import { releasesNamed } from "./select.ts";
import { kindOf, type Sight } from "./sight.ts";
import { forEachTarget } from "./walk.ts";

/** What the core of a release comes to. */
export interface ReleaseSums {
  /** String ids, the release's own first. */
  readonly charts: readonly number[];
  readonly status: Status;
  readonly counts: {
    readonly nodes: number;
    readonly edges: number;
    readonly pods: number;
    readonly errors: number;
  };
  /** The newest revision that Helm has stored. */
  readonly newest?: Revision | undefined;
}

/** @param core An empty set, which holds the core of the release afterwards. */
export function describeRelease(sight: Sight, release: Release, core: RowSet): ReleaseSums {
  const { tables, chartKeys } = sight;
  const { cohorts, rows, strings } = tables;
  const named = addCoreOfReleases(sight, releasesNamed(sight, release), core);
  const counts = { nodes: 0, edges: 0, pods: 0, errors: 0 };
  for (const row of core) {
    if (isStorage(sight, row)) continue;
    counts.nodes++;
    if (kindOf(sight, row).role === "pod") counts.pods++;
    if (STATUSES[rows.status.data[row]!] === "Error") counts.errors++;
    forEachTarget(sight, row, (_type, to) => {
      if (core.has(to)) counts.edges++;
    });
  }
  const chartOfRow = (row: number) => {
    const chart = chartOf(tables, chartKeys, cohorts.labelSet(rows.cohort.data[row]!));
    return chart === NONE ? undefined : chart;
  };
  return {
    charts: chartsOfRelease(sight, { name: strings.find(release.name), core, named }, chartOfRow),
    status: STATUSES[worstStatus(sight, core)]!,
    counts,
    newest: revisionsOf(sight, release)[0],
  };
}
