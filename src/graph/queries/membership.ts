/**
 * Decides which resources belong to a release.
 *
 * A resource's *own* release is the release that its topmost controller names. If that names none, it is the
 * release that the resource itself names. (Controllers copy annotations to the objects that they create, and
 * never update them.) A resource without an own release has the release of its nearest owner that has one.
 *
 * The *core* of a release consists of the resources whose own release it is, and of all resources that these
 * own, directly or indirectly, unless they have another own release. The answer about a release is its core
 * and the resources that are attached to it.
 */
import { RELATION_MEANINGS, RELATION_TYPES } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import { IDLE } from "../tables/rows.ts";
import { kindOf, sees, type Sight } from "./sight.ts";
import { controllerOf, forEachDependent, forEachOwner, forEachSource, forEachTarget } from "./walk.ts";

/** The longest chain of controllers. A longer chain may be a circle. */
const CONTROLLERS_MAX = 4;

/** Returns the own release of a row, or NONE. */
export function ownReleaseOf(sight: Sight, row: number): number {
  const { cohorts, rows } = sight.tables;
  let release = NONE;
  let circle: Set<number> | undefined;
  let steps = 0;
  for (let at = row; at !== NONE && !circle?.has(at); at = controllerOf(sight, at), steps++) {
    const named = cohorts.release(rows.cohort.data[at]!);
    if (named !== NONE) release = named;
    circle?.add(at);
    if (steps < CONTROLLERS_MAX || circle !== undefined) continue;
    // Start again, and stop at the first controller that occurs twice.
    circle = new Set([row]);
    release = cohorts.release(rows.cohort.data[row]!);
    at = row;
  }
  return release;
}

/** Returns the own release of a row, otherwise that of the nearest owner that has one, otherwise NONE. */
export function releaseOf(sight: Sight, row: number): number {
  const own = ownReleaseOf(sight, row);
  if (own !== NONE || sight.tables.references.first(row) === NONE) return own;
  const queue = [row];
  for (let i = 0; i < queue.length; i++) {
    const release = ownReleaseOf(sight, queue[i]!);
    if (release !== NONE) return release;
    forEachOwner(sight, queue[i]!, (owner) => {
      if (!queue.includes(owner)) queue.push(owner);
    });
  }
  return NONE;
}

/** Adds the core of releases to an empty set. Returns the number of rows that name one of them. */
export function addCoreOfReleases(sight: Sight, releases: readonly number[], core: RowSet): number {
  const { cohorts } = sight.tables;
  for (const release of releases) {
    cohorts.forEachOfRelease(release, (cohort) => {
      cohorts.forEachMember(cohort, (row) => {
        if (sees(sight, row) && releases.includes(ownReleaseOf(sight, row))) core.add(row);
      });
    });
  }
  const named = core.size;
  addOwned(sight, core, (release) => releases.includes(release));
  return named;
}

/** Adds a resource and the resources that it owns, unless their own release is another one. */
export function addCoreOfOwner(sight: Sight, owner: number, core: RowSet): void {
  const release = releaseOf(sight, owner);
  core.add(owner);
  addOwned(sight, core, (other) => other === release);
}

function addOwned(sight: Sight, core: RowSet, belongs: (release: number) => boolean): void {
  for (let i = 0; i < core.size; i++) {
    forEachDependent(sight, core.at(i), (dependent) => {
      if (core.has(dependent)) return;
      const release = ownReleaseOf(sight, dependent);
      if (release === NONE || belongs(release)) core.add(dependent);
    });
  }
}

/**
 * Adds the resources that are attached to a core: resources without an own release at the other end of an
 * attaching relation, and the resources that the kinds of these attach in turn. The walk ends there, so that
 * two releases that share a ConfigMap do not include each other.
 */
export function addAttached(sight: Sight, rows: RowSet): void {
  const core = rows.size;
  const attach = (row: number) => {
    if (!rows.has(row) && ownReleaseOf(sight, row) === NONE) rows.add(row);
  };
  for (let i = 0; i < core; i++) {
    const row = rows.at(i);
    forEachTarget(sight, row, (type, target) => {
      if (RELATION_MEANINGS[type]!.followed) attach(target);
    });
    forEachSource(sight, row, (type, source) => {
      if (RELATION_MEANINGS[type]!.attachesSource) attach(source);
    });
  }
  const attached = rows.size;
  for (let i = core; i < attached; i++) {
    const onwards = kindOf(sight, rows.at(i)).attaches;
    if (onwards === undefined) continue;
    forEachTarget(sight, rows.at(i), (type, target) => {
      if (onwards.includes(RELATION_TYPES[type]!)) rows.add(target);
    });
  }
}

/**
 * Returns the answer about releases: their core and the attached resources, without Helm's storage objects.
 */
export function rowsOfReleases(sight: Sight, releases: readonly number[]): RowSet {
  const all = new RowSet(sight.tables.rows.end);
  addCoreOfReleases(sight, releases, all);
  addAttached(sight, all);
  return withoutStorage(sight, all);
}

/**
 * Returns the answer about an owner: the same, but starting from this resource instead of those that name a
 * release.
 */
export function rowsOfOwner(sight: Sight, owner: number): RowSet {
  const all = new RowSet(sight.tables.rows.end);
  addCoreOfOwner(sight, owner, all);
  addAttached(sight, all);
  return withoutStorage(sight, all);
}

function withoutStorage(sight: Sight, all: RowSet): RowSet {
  const answer = new RowSet(sight.tables.rows.end);
  for (const row of all) if (!isStorage(sight, row)) answer.add(row);
  return answer;
}

/**
 * Reports whether a row is one of the objects in which Helm stores its releases. All of these are inactive.
 */
export function isStorage(sight: Sight, row: number): boolean {
  const { rows, strings } = sight.tables;
  if (!rows.has(row, IDLE)) return false;
  const prefix = kindOf(sight, row).outsideReleases;
  return prefix !== undefined && strings.text(rows.name.data[row]!).startsWith(prefix);
}
