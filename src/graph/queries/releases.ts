/** The existing Helm releases, and the sums of each. */
import type { Release } from "../../model/record.ts";
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { forEachStorage, storedRelease } from "./helm_storage.ts";
import { isStorage, ownReleaseOf } from "./membership.ts";
import { isThereFor, sees, type Sight } from "./sight.ts";
import type { Slicer } from "./slicer.ts";
import { controllerOf } from "./walk.ts";

/**
 * A release that exists because a visible resource names it or a visible storage object has it. It contains
 * texts, so that it stays valid after the slice that found it.
 */
export interface ListedRelease extends Release {
  /** Another release that the asker may see has the same name. */
  readonly isAmbiguous: boolean;
}

/**
 * Lists, in slices, the releases: all, or those with a resource of their own or a storage object in one
 * namespace. Whether a name is ambiguous depends on all that the asker may see.
 */
export async function listReleases(
  sight: Sight,
  { slicer, namespace: only }: { slicer: Slicer; namespace?: string | undefined },
): Promise<ListedRelease[]> {
  const { cohorts, strings } = sight.tables;
  /** By name, the namespaces, and whether the release is wanted. */
  const homes = new Map<string, Map<string, boolean>>();
  const add = (namespace: string, name: string, isWanted: boolean) => {
    const known = homes.get(name);
    if (known === undefined) homes.set(name, new Map([[namespace, isWanted]]));
    else if (isWanted || !known.has(namespace)) known.set(namespace, isWanted);
  };

  for (let release = cohorts.releaseFrom(0); release !== NONE; release = cohorts.releaseFrom(release + 1)) {
    if (slicer.isOver) await slicer.pause();
    const isWanted = wantsRelease(sight, release, only);
    if (isWanted === undefined) continue;
    add(
      strings.text(cohorts.releaseNamespace(release)),
      strings.text(cohorts.releaseName(release)),
      isWanted,
    );
  }
  const stored: number[] = [];
  forEachStorage(sight, (row) => stored.push(row));
  for (const row of stored) {
    if (slicer.isOver) await slicer.pause();
    // The row may have got another resource during a pause.
    const release = isThereFor(sight, row) && isStorage(sight, row) ? storedRelease(sight, row) : undefined;
    if (release !== undefined) {
      add(release.namespace, release.name, only === undefined || release.namespace === only);
    }
  }

  const listed: ListedRelease[] = [];
  for (const [name, namespaces] of homes) {
    const isAmbiguous = namespaces.size > 1;
    for (const [namespace, isWanted] of namespaces) {
      if (isWanted) listed.push({ namespace, name, isAmbiguous });
    }
  }
  return listed;
}

/**
 * Reports whether a release has a resource of its own in a namespace, if one is given. Returns undefined for
 * a release without resources.
 */
function wantsRelease(sight: Sight, release: number, only: string | undefined): boolean | undefined {
  const { cohorts, strings } = sight.tables;
  const home = only === undefined ? undefined : strings.find(only);
  let isWanted: boolean | undefined;
  cohorts.forEachOfRelease(release, (cohort) => {
    const isHere = home === undefined || cohorts.namespace(cohort) === home;
    if (isWanted || isWanted === false && !isHere) return;
    const isOwn = (row: number) => sees(sight, row) && ownReleaseOf(sight, row) === release;
    if (cohorts.someMember(cohort, isOwn)) isWanted = isHere;
  });
  return isWanted;
}

/**
 * Returns the string ids of the charts of a release, its own chart first: that of most of the resources that
 * name it and that nothing controls. A tie goes to the resource named like the release, then to
 * the first chart by name.
 */
export function chartsOfRelease(
  sight: Sight,
  { name, core, named }: { name: number; core: RowSet; named: number },
  chartOfRow: (row: number) => number | undefined,
): number[] {
  const { rows, strings } = sight.tables;
  const counts = new Map<number, number>();
  let namesake: number | undefined;
  for (let i = 0; i < named; i++) {
    const chart = chartOfRow(core.at(i));
    if (chart === undefined || controllerOf(sight, core.at(i)) !== NONE) continue;
    counts.set(chart, (counts.get(chart) ?? 0) + 1);
    if (rows.name.data[core.at(i)] === name) namesake ??= chart;
  }
  const byName = (a: number, b: number) => strings.compare(a, b);
  const most = Math.max(0, ...counts.values());
  const first = [...counts.keys()].filter((chart) => counts.get(chart) === most).sort(byName);
  const own = namesake !== undefined && first.includes(namesake) ? namesake : first[0];
  if (own === undefined) return [];
  return [own, ...[...counts.keys()].filter((chart) => chart !== own).sort(byName)];
}
