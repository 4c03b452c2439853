/** Helm releases: which exist, and what each comes to. */
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { forEachStorage } from "./helm_storage.ts";
import { ownReleaseOf } from "./membership.ts";
import { sees, type Sight } from "./sight.ts";
import { controllerOf } from "./walk.ts";

/** A release, by string ids. */
export interface ReleaseKey {
  readonly namespace: number;
  readonly name: number;
}

/** A release that exists, because a visible resource names it or a visible storage object stands for it. */
export interface ListedRelease extends ReleaseKey {
  /** Another listed release has the same name. */
  isAmbiguous: boolean;
}

/**
 * Returns the releases, all or those with a resource of their own or a storage object in one namespace.
 * Whether a name is ambiguous depends on all that the asker may see.
 */
export function listReleases(sight: Sight, namespace?: string): ListedRelease[] {
  const { cohorts, rows, strings } = sight.tables;
  const only = namespace === undefined ? undefined : strings.find(namespace);
  const byName = new Map<number, Map<number, ListedRelease>>();
  const listed = new Set<ListedRelease>();
  const add = ({ namespace, name }: ReleaseKey, place: number) => {
    let homes = byName.get(name);
    if (homes === undefined) byName.set(name, homes = new Map());
    let release = homes.get(namespace);
    if (release === undefined) homes.set(namespace, release = { namespace, name, isAmbiguous: false });
    if (only === undefined || place === only) listed.add(release);
  };

  cohorts.forEachRelease((release) => {
    const key = { namespace: cohorts.releaseNamespace(release), name: cohorts.releaseName(release) };
    const places = new Set<number>();
    cohorts.forEachOfRelease(release, (cohort) => {
      const place = cohorts.namespace(cohort);
      if (places.size > 0 && (only === undefined || place !== only || places.has(only))) return;
      cohorts.forEachMember(cohort, (row) => {
        if (!places.has(place) && sees(sight, row) && ownReleaseOf(sight, row) === release) places.add(place);
      });
    });
    for (const place of places) add(key, place);
  });
  forEachStorage(sight, (row, name) => {
    const home = cohorts.namespace(rows.cohort.data[row]!);
    add({ namespace: home, name }, home);
  });
  for (const homes of byName.values()) {
    if (homes.size > 1) { for (const release of homes.values()) release.isAmbiguous = true; }
  }
  return [...listed];
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
