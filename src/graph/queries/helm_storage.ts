/**
 * Releases as Helm stores them: one Secret or ConfigMap for each revision. Only its labels are used.
 * https://helm.sh/docs/topics/advanced/#storage-backends
 */
import type { Release } from "../../model/record.ts";
import { NONE } from "../../arrays/columns.ts";
import { IDLE } from "../tables/rows.ts";
import type { Sight } from "./sight.ts";

/** A revision of a release. */
export interface Revision {
  /** The row of the storage object. */
  readonly row: number;
  readonly revision: number;
  /** The status that Helm writes, such as `deployed` or `pending-upgrade`. */
  readonly status: string;
  /** The time when Helm wrote the object, in seconds since 1970. */
  readonly updated: number;
}

/** The part of a filter that a storage object can match. */
interface StoredFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly release?: { readonly namespace?: string | undefined; readonly name: string } | undefined;
}

/** Visits the visible storage objects; `name` is the string id of the release's name. */
export function forEachStorage(sight: Sight, visit: (row: number, name: number) => void): void {
  const nameKey = sight.tables.strings.find("name");
  forEachLabelled(sight, "owner", "helm", (row, set) => {
    const name = sight.tables.labels.get(set, nameKey);
    if (name !== NONE) visit(row, name);
  });
}

/** Returns the releases with a visible storage object, by the namespaces and the release of a filter. */
export function releasesStoredIn(sight: Sight, { namespaces, release }: StoredFilter): Iterable<Release> {
  const { cohorts, rows, strings } = sight.tables;
  const found = new Map<string, Release>();
  const add = (row: number) => {
    const stored = storedRelease(sight, row);
    if (stored === undefined || namespaces !== undefined && !namespaces.includes(stored.namespace)) return;
    const { name = stored.name, namespace = stored.namespace } = release ?? {};
    if (stored.name !== name || stored.namespace !== namespace) return;
    found.set(`${stored.namespace}/${stored.name}`, stored);
  };
  if (release !== undefined) forEachLabelled(sight, "name", release.name, add);
  else {
    const homes = (namespaces ?? []).map((namespace) => strings.find(namespace)).filter((it) => it !== NONE);
    sight.kinds.forEach(({ outsideReleases }, kind) => {
      if (outsideReleases === undefined) return;
      for (const home of homes) {
        const scope = cohorts.findScope(kind, home);
        if (scope === NONE || sight.visible !== undefined && !sight.visible.has(scope)) continue;
        cohorts.forEachOfScope(scope, (cohort) => {
          cohorts.forEachMember(cohort, (row) => {
            if (rows.has(row, IDLE)) add(row);
          });
        });
      }
    });
  }
  return found.values();
}

/** Statuses in which a release is not, or not yet, as it should be. */
const UNSETTLED = ["failed", "pending-install", "pending-upgrade", "pending-rollback"];

/**
 * Visits the visible storage objects whose status says that something is not, or not yet, as it should be.
 */
export function forEachUnsettled(sight: Sight, visit: (row: number) => void): void {
  const { labels, strings } = sight.tables;
  const owner = strings.find("owner");
  const helm = strings.find("helm");
  for (const status of UNSETTLED) {
    forEachLabelled(sight, "status", status, (row, set) => {
      if (helm !== NONE && labels.get(set, owner) === helm) visit(row);
    });
  }
}

/** Returns the release of a storage object, or undefined if its labels name none. */
export function storedRelease({ tables }: Sight, row: number): Release | undefined {
  const { cohorts, labels, rows, strings } = tables;
  const cohort = rows.cohort.data[row]!;
  const set = cohorts.labelSet(cohort);
  const name = labels.get(set, strings.find("name"));
  const owner = labels.get(set, strings.find("owner"));
  if (name === NONE || owner === NONE || strings.text(owner) !== "helm") return undefined;
  return { namespace: strings.text(cohorts.namespace(cohort)), name: strings.text(name) };
}

/** Returns the revision of a storage object if it is the newest of its release. */
export function newestRevision(sight: Sight, row: number): Revision | undefined {
  const release = storedRelease(sight, row);
  if (release === undefined) return undefined;
  const [newest] = revisionsOf(sight, release);
  return newest?.row === row ? newest : undefined;
}

/** Returns the visible revisions of a release, the newest first. */
export function revisionsOf(sight: Sight, { namespace, name }: Release): Revision[] {
  const { cohorts, labels, rows, strings } = sight.tables;
  const keys = ["owner", "version", "status"].map((key) => strings.find(key));
  const [owner, version, status] = keys as [number, number, number];
  const home = strings.find(namespace);
  const revisions: Revision[] = [];
  if (home === NONE) return revisions;
  const textOf = (set: number, key: number) => {
    const value = labels.get(set, key);
    return value === NONE ? "" : strings.text(value);
  };
  forEachLabelled(sight, "name", name, (row, set) => {
    if (cohorts.namespace(rows.cohort.data[row]!) !== home || textOf(set, owner) !== "helm") return;
    revisions.push({
      row,
      revision: Number(textOf(set, version)) || 0,
      status: textOf(set, status),
      updated: rows.createdAt.data[row]!,
    });
  });
  return revisions.sort((a, b) => b.revision - a.revision);
}

/** Visits the visible objects that have a label, are inactive and of a kind in which Helm stores releases. */
function forEachLabelled(
  sight: Sight,
  key: string,
  value: string,
  visit: (row: number, set: number) => void,
): void {
  const { cohorts, labels, rows, strings } = sight.tables;
  const pair = labels.findPair(strings.find(key), strings.find(value));
  if (pair === NONE) return;
  labels.forEachSetWith(pair, (set) => {
    cohorts.forEachOfLabelSet(set, (cohort) => {
      if (sight.kinds[cohorts.kind(cohort)]!.outsideReleases === undefined) return;
      if (sight.visible !== undefined && !sight.visible.has(cohorts.scope(cohort))) return;
      cohorts.forEachMember(cohort, (row) => {
        if (rows.has(row, IDLE)) visit(row, set);
      });
    });
  });
}
