/** The existing Helm releases, and the sums of each. */
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { forEachStorage } from "./helm_storage.ts";
import { ownReleaseOf } from "./membership.ts";
import { sees, type Sight } from "./sight.ts";
import { controllerOf } from "./walk.ts";

/** Greater than any string id, so that two ids fit into one number. */
const STRINGS_MAX = 2 ** 26;

/** A release, by string ids. */
export interface ReleaseKey {
  readonly namespace: number;
  readonly name: number;
}

/** A release that exists because a visible resource names it or a visible storage object has it. */
export interface ListedRelease extends ReleaseKey {
  /** Another release that the asker may see has the same name. */
  isAmbiguous: boolean;
  isListed: boolean;
}

/**
 * Returns the releases, all or those with a resource of their own or a storage object in one namespace.
 * Whether a name is ambiguous depends on all that the asker may see.
 */
export function listReleases(sight: Sight, namespace?: string): ListedRelease[] {
  const { cohorts, rows, strings } = sight.tables;
  const only = namespace === undefined ? undefined : strings.find(namespace);
  const known = new Map<number, ListedRelease>();
  const homes = new Map<number, number>();
  const listed: ListedRelease[] = [];
  const add = (namespace: number, name: number, isWanted: boolean) => {
    const key = name * STRINGS_MAX + namespace;
    let release = known.get(key);
    if (release === undefined) {
      release = { namespace, name, isAmbiguous: false, isListed: false };
      known.set(key, release);
      homes.set(name, (homes.get(name) ?? 0) + 1);
    }
    if (!isWanted || release.isListed) return;
    release.isListed = true;
    listed.push(release);
  };

  cohorts.forEachRelease((release) => {
    let exists = false;
    let isWanted = false;
    cohorts.forEachOfRelease(release, (cohort) => {
      const isHere = only === undefined || cohorts.namespace(cohort) === only;
      if (exists && (isWanted || !isHere)) return;
      cohorts.forEachMember(cohort, (row) => {
        if (exists && isWanted || !sees(sight, row) || ownReleaseOf(sight, row) !== release) return;
        exists = true;
        isWanted ||= isHere;
      });
    });
    if (exists) add(cohorts.releaseNamespace(release), cohorts.releaseName(release), isWanted);
  });
  forEachStorage(sight, (row, name) => {
    const home = cohorts.namespace(rows.cohort.data[row]!);
    add(home, name, only === undefined || home === only);
  });
  for (const release of listed) release.isAmbiguous = homes.get(release.name)! > 1;
  return listed;
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
