/**
 * The rows of the whole graph that may have a problem. They come from sets that every write keeps up to date
 * (see `SuspectSets`), so that the cost grows with what is wrong and not with the graph.
 */
import { RELATION_TYPES } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import { ACTIVE, OPTIONAL, SELECTOR } from "../tables/references.ts";
import { IN_KEY_INDEX, IN_UID_INDEX } from "../tables/rows.ts";
import { namedTarget } from "./named_target.ts";
import { forEachUnsettled } from "./helm_storage.ts";
import { hasTakenTooLong, isStuck, type ProblemScope } from "./problems.ts";
import { kindOf, sees, type Sight } from "./sight.ts";

/** Returns the visible rows that may have a problem. */
export function suspectsOf(sight: Sight, { now }: Pick<ProblemScope, "now">): RowSet {
  const { rows, references, mentions, suspects } = sight.tables;
  const found = new RowSet(rows.end);
  const add = (row: number) => {
    if (sees(sight, row)) found.add(row);
  };
  suspects.failed.forEach(add);
  suspects.waiting.forEach((row) => {
    if (isStuck(sight, row, now)) add(row);
  });
  suspects.unmet.forEach(add);
  suspects.selectless.forEach(add);
  suspects.unused.forEach(add);
  if (sight.visible !== undefined) {
    // Most resources that do not exist for the asker are of kinds that do not, so that they are not missed either.
    mentions.forEachReference((reference) => {
      if (!sees(sight, references.target.data[reference]!)) add(references.source.data[reference]!);
    });
  }
  forEachUnsettled(sight, add);
  return found;
}

/** Reports whether a row may have a problem, apart from the problems of releases. */
export function isSuspect({ tables: { suspects }, visible }: Sight, row: number): boolean {
  // A resource may name a target that exists for others only.
  return visible !== undefined || suspects.failed.has(row) || suspects.waiting.has(row) ||
    suspects.unmet.has(row) ||
    suspects.selectless.has(row) || suspects.unused.has(row);
}

/**
 * Reports whether time alone may have made a problem begin after `from` and until `to`, in seconds since
 * 1970: something has been Pending or missing for long enough.
 */
export function beginsByTime(sight: Sight, { from, to }: { from: number; to: number }): boolean {
  const { rows, references, suspects } = sight.tables;
  const hasJustTakenTooLong = (since: number) => !hasTakenTooLong(since, from) && hasTakenTooLong(since, to);
  let begins = false;
  suspects.waiting.forEach((row) => begins ||= hasJustTakenTooLong(rows.since.data[row]!));
  if (begins) return true;
  suspects.unmet.forEach((row) => {
    const { toleratesMissing } = kindOf(sight, row);
    if (begins || toleratesMissing === undefined) return;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (references.has(at, ACTIVE | OPTIONAL | SELECTOR)) continue;
      const tolerance = toleratesMissing[RELATION_TYPES[references.type.data[at]!]!];
      if (tolerance === undefined) continue;
      const end = rows.since.data[references.target.data[at]!]! + tolerance;
      begins ||= from < end && end <= to;
    }
  });
  if (begins) return true;
  forEachUnsettled(sight, (row) => begins ||= hasJustTakenTooLong(rows.createdAt.data[row]!));
  return begins;
}

/** Counts the references whose target is not there, optional ones included. */
export function countUnresolved(sight: Sight): number {
  const { references } = sight.tables;
  let count = 0;
  forEachAbsent(sight, (target) => {
    for (const byUid of [false, true]) {
      let at = references.firstIncoming(target, byUid);
      for (; at !== NONE; at = references.afterIncoming(at)) {
        if (sees(sight, references.source.data[at]!) && namedTarget(sight.tables, at) !== undefined) count++;
      }
    }
  });
  return count;
}

/** Visits the missing targets of references: rows that are in only one index and have no other flag. */
function forEachAbsent({ tables: { rows } }: Sight, visit: (row: number) => void): void {
  const column = rows.flags.data;
  for (const flags of [IN_KEY_INDEX, IN_UID_INDEX]) {
    for (
      let row = column.indexOf(flags);
      row !== -1 && row < rows.end;
      row = column.indexOf(flags, row + 1)
    ) {
      visit(row);
    }
  }
}
