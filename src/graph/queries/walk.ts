/** Walks along relations: from a resource to its owners, and from a release to all that it touches. */
import { RELATION_MEANINGS, RELATION_TYPES, relationNumber } from "../../model/relation.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, REVERSED, SELECTOR } from "../tables/references.ts";
import { RowSet } from "../../arrays/row_set.ts";
import type { Tables } from "../tables/tables.ts";

const OWNS = relationNumber("owns");

/** The resource's own release, else that of the nearest owner that has one, else NONE. */
export function releaseOf(tables: Tables, row: number): number {
  const { rows, cohorts, references } = tables;
  const own = cohorts.release(rows.cohort.data[row]!);
  if (own !== NONE || references.first(row) === NONE) return own;
  const queue = [row];
  for (let i = 0; i < queue.length; i++) {
    const release = cohorts.release(rows.cohort.data[queue[i]!]!);
    if (release !== NONE) return release;
    for (let at = references.first(queue[i]!); at !== NONE; at = references.after(at)) {
      if (references.type.data[at] !== OWNS || !references.has(at, REVERSED)) continue;
      if (!references.has(at, ACTIVE)) continue;
      const owner = references.target.data[at]!;
      if (!queue.includes(owner)) queue.push(owner);
    }
  }
  return NONE;
}

/**
 * The resources whose own release is one of these (the first `own` rows), and what they own at any
 * depth unless it has another release of its own.
 */
export function coreOfRelease(tables: Tables, releases: readonly number[]): { own: number; rows: RowSet } {
  const { cohorts, rows, references } = tables;
  const core = new RowSet(rows.end);
  for (const release of releases) {
    cohorts.forEachOfRelease(release, (cohort) => cohorts.forEachMember(cohort, (row) => core.add(row)));
  }
  const own = core.size;
  for (let i = 0; i < core.size; i++) {
    const owner = core.at(i);
    let at = references.firstIncoming(owner, true);
    for (; at !== NONE; at = references.afterIncoming(at)) {
      const dependent = references.source.data[at]!;
      if (references.type.data[at] !== OWNS || !references.has(at, REVERSED)) continue;
      if (!references.has(at, ACTIVE)) continue;
      if (cohorts.release(rows.cohort.data[dependent]!) === NONE) core.add(dependent);
    }
  }
  return { own, rows: core };
}

/** All that belongs into the answer about these releases: their core, and what is attached to it. */
export function rowsOfReleases(
  tables: Tables,
  { releases, kinds }: { releases: readonly number[]; kinds: readonly ResourceKind[] },
): RowSet {
  const { cohorts, rows, strings } = tables;
  const all = coreOfRelease(tables, releases).rows;
  const core = all.size;
  const attach = (row: number) => {
    if (cohorts.release(rows.cohort.data[row]!) === NONE) all.add(row);
  };
  for (let i = 0; i < core; i++) {
    const row = all.at(i);
    forEachTarget(tables, row, (type, target) => {
      if (RELATION_MEANINGS[type]!.followed) attach(target);
    });
    forEachSource(tables, row, (type, source) => {
      if (RELATION_MEANINGS[type]!.attachesSource) attach(source);
    });
  }
  const attached = all.size;
  for (let i = core; i < attached; i++) {
    const row = all.at(i);
    const onwards = kinds[cohorts.kind(rows.cohort.data[row]!)]!.attaches;
    if (onwards === undefined) continue;
    forEachTarget(tables, row, (type, target) => {
      if (onwards.includes(RELATION_TYPES[type]!)) all.add(target);
    });
  }

  const answer = new RowSet(rows.end);
  for (const row of all) {
    const hidden = kinds[cohorts.kind(rows.cohort.data[row]!)]!.outsideReleases;
    if (hidden === undefined || !strings.text(rows.name.data[row]!).startsWith(hidden)) answer.add(row);
  }
  return answer;
}

/** Visits the relations that go from a row. */
export function forEachTarget(tables: Tables, row: number, visit: (type: number, to: number) => void): void {
  const { references, selectors, cohorts } = tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    const type = references.type.data[at]!;
    if (references.has(at, SELECTOR)) {
      selectors.forEachCohortOf(target, (cohort) => cohorts.forEachMember(cohort, (to) => visit(type, to)));
    } else if (references.isRelation(at) && !references.has(at, REVERSED)) visit(type, target);
  }
  forEachDeclarer(tables, row, (type, source, reversed) => {
    if (reversed) visit(type, source);
  });
}

/** Visits the relations that come to a row. */
export function forEachSource(
  tables: Tables,
  row: number,
  visit: (type: number, from: number) => void,
): void {
  const { references, selectors, rows } = tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    if (references.isRelation(at) && references.has(at, REVERSED)) {
      visit(references.type.data[at]!, references.target.data[at]!);
    }
  }
  selectors.forEachSelectorOf(rows.cohort.data[row]!, (selector) => {
    visit(selectors.type.data[selector]!, selectors.source.data[selector]!);
  });
  forEachDeclarer(tables, row, (type, source, reversed) => {
    if (!reversed) visit(type, source);
  });
}

/** Visits the relations of a row that others declare. */
function forEachDeclarer(
  { references }: Tables,
  row: number,
  visit: (type: number, source: number, reversed: boolean) => void,
): void {
  for (const byUid of [false, true]) {
    let at = references.firstIncoming(row, byUid);
    for (; at !== NONE; at = references.afterIncoming(at)) {
      if (!references.isRelation(at)) continue;
      visit(references.type.data[at]!, references.source.data[at]!, references.has(at, REVERSED));
    }
  }
}
