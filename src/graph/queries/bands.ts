/**
 * Bands: the releases, and the topmost owners of workloads without a release, each with the sums over its
 * core. A filter keeps the bands of the resources that it matches.
 */
import type { Release } from "../../model/record.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { FINISHED, IDLE } from "../tables/rows.ts";
import { topmostOwner } from "./cause_roots.ts";
import { releasesStoredIn, storedRelease } from "./helm_storage.ts";
import { addCoreOfOwner, isStorage, releaseOf } from "./membership.ts";
import { isOver } from "./outcome.ts";
import { addCoreOfRelease, chartsOfCore, type CoreCounts, countCore } from "./release_sums.ts";
import { listReleases } from "./releases.ts";
import { type Filter, select } from "./select.ts";
import { kindOf, sees, type Sight } from "./sight.ts";
import type { Slicer } from "./slicer.ts";

/** The name of a band: a release, or the uid of an owner. It stays valid after a slice. */
export interface BandKey {
  readonly release?: Release | undefined;
  readonly owner?: string | undefined;
}

export interface BandSums {
  /** The row of the owner. */
  readonly owner: number | undefined;
  /** The string id of the release, or undefined. */
  readonly chart: number | undefined;
  readonly status: Status;
  readonly pods: { readonly ready: number; readonly pending: number; readonly error: number };
  readonly counts: CoreCounts;
  /**
   * The time since which a resource has the worst status, in seconds since 1970. Undefined if all are Ready.
   */
  readonly since: number | undefined;
}

/** Finds the bands of rows, for one slice. After the first row of a band, further rows of it cost little. */
export class BandFinder {
  readonly #sight: Sight;
  /** The bands by number of a release and by the row of an owner. */
  readonly #releases = new Map<number, BandKey>();
  readonly #owners = new Map<number, BandKey>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** Returns the band of a row, or undefined if it has no release and does not run. */
  of(row: number): BandKey | undefined {
    const sight = this.#sight;
    if (isStorage(sight, row)) {
      const stored = storedRelease(sight, row);
      return stored && { release: stored };
    }
    const release = releaseOf(sight, row);
    if (release !== NONE) return this.#ofRelease(release);
    const { role } = kindOf(sight, row);
    return role === "pod" || role === "workload" ? this.#ofOwner(topmostOwner(sight, row)) : undefined;
  }

  #ofRelease(release: number): BandKey {
    const { cohorts, strings } = this.#sight.tables;
    let key = this.#releases.get(release);
    if (key === undefined) {
      const namespace = strings.text(cohorts.releaseNamespace(release));
      key = { release: { namespace, name: strings.text(cohorts.releaseName(release)) } };
      this.#releases.set(release, key);
    }
    return key;
  }

  #ofOwner(owner: number): BandKey {
    const { rows, uids } = this.#sight.tables;
    let key = this.#owners.get(owner);
    if (key === undefined) this.#owners.set(owner, key = { owner: uids.text(rows.uid.data, owner * 4) });
    return key;
  }
}

/** Returns a text that identifies the band. */
export function bandText({ release, owner }: BandKey): string {
  return release === undefined ? `owner ${owner}` : `release ${release.namespace}/${release.name}`;
}

/**
 * Returns the releases, without reading their resources, and the rows that decide the bands of the whole
 * graph.
 */
export async function bandSources(
  sight: Sight,
  { filter, slicer }: { filter: Filter; slicer: Slicer },
): Promise<{ releases: BandKey[]; rows: Iterable<number> }> {
  const { rows } = sight.tables;
  const { namespaces, release, inactive: _inactive, ...others } = filter;
  const hasOthers = Object.values(others).some((value) => value);
  if (namespaces !== undefined || release !== undefined || hasOthers) {
    // A release that has only storage objects has no resources that could match other conditions.
    const stored = hasOthers ? [] : releasesStoredIn(sight, { namespaces, release });
    return { releases: Array.from(stored, (release) => ({ release })), rows: select(sight, filter).rows };
  }
  const listed = await listReleases(sight, { slicer });
  const running: number[] = [];
  forEachRunning(sight, (row) => {
    if (!rows.has(row, IDLE)) running.push(row);
  });
  return {
    releases: listed.map(({ namespace, name }) => ({ release: { namespace, name } })),
    rows: running,
  };
}

/** Visits the visible Pods and workloads. */
function forEachRunning(sight: Sight, visit: (row: number) => void): void {
  const { cohorts } = sight.tables;
  sight.kinds.forEach(({ role }, kind) => {
    if (role !== "pod" && role !== "workload") return;
    for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (sight.visible !== undefined && !sight.visible.has(scope)) continue;
      cohorts.forEachOfScope(scope, (cohort) => cohorts.forEachMember(cohort, visit));
    }
  });
}

/**
 * Returns the sums of a band, or undefined if its owner no longer exists.
 *
 * @param core an empty set, which contains the resources of the band afterwards.
 */
export function bandSums(sight: Sight, key: BandKey, core: RowSet): BandSums | undefined {
  const { rows, uids } = sight.tables;
  let owner: number | undefined;
  let named = 1;
  if (key.release !== undefined) named = addCoreOfRelease(sight, key.release, core);
  else {
    if (!uids.find(key.owner!)) return undefined;
    owner = rows.findUid(uids.words, 0);
    if (owner === NONE || !sees(sight, owner)) return undefined;
    addCoreOfOwner(sight, owner, core);
  }

  const pods = { ready: 0, pending: 0, error: 0 };
  let worst = 0;
  let since: number | undefined;
  for (const row of core) {
    const status = rows.status.data[row]!;
    if (isStorage(sight, row) || STATUSES[status] !== "Ready" && isOver(sight, row)) continue;
    if (kindOf(sight, row).role === "pod") countPod(pods, STATUSES[status]!, rows.has(row, FINISHED));
    if (status === 0 || status < worst) continue;
    const began = rows.since.data[row]!;
    since = status > worst || since === undefined ? began : Math.min(since, began);
    worst = status;
  }
  return {
    owner,
    chart: chartsOfCore(sight, { name: key.release?.name ?? "", core, named })[0],
    status: STATUSES[worst]!,
    pods,
    counts: countCore(sight, core),
    since,
  };
}

/** Counts Pods, except those that have succeeded. */
function countPod(
  pods: { ready: number; pending: number; error: number },
  status: Status,
  finished: boolean,
) {
  if (status === "Error") pods.error++;
  else if (status !== "Ready") pods.pending++;
  else if (!finished) pods.ready++;
}
