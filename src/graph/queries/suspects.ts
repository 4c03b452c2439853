/**
 * The rows of the whole graph that may have a problem. They come from what the tables keep of themselves with
 * every change, so that the cost grows with what is wrong and not with the graph: the column of statuses, a
 * byte a resource, the rows of targets that are not there, the selectors, the claims, and the storage
 * objects.
 */
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import { OPTIONAL } from "../tables/references.ts";
import { IN_KEY_INDEX, IN_UID_INDEX, THERE } from "../tables/rows.ts";
import { namedTarget } from "./named_target.ts";
import { forEachUnsettled } from "./helm_storage.ts";
import { isStuck, PATIENCE_SECONDS, type ProblemScope, selectsOnlyFinished } from "./problems.ts";
import { sees, type Sight } from "./sight.ts";

const ERROR = STATUSES.indexOf("Error");
const PENDING = STATUSES.indexOf("Pending");

/** Returns the visible rows that may have a problem. */
export function suspectsOf(sight: Sight, { now }: Pick<ProblemScope, "now">): RowSet {
  const { rows, references, mentions, selectors, cohorts } = sight.tables;
  const suspects = new RowSet(rows.end);
  const add = (row: number) => {
    if (sees(sight, row)) suspects.add(row);
  };
  forEachOfStatus(sight, ERROR, add);
  forEachOfStatus(sight, PENDING, (row) => {
    if (isStuck(sight, row, now)) add(row);
  });
  forEachAbsent(sight, (target) => {
    for (const byUid of [false, true]) {
      let at = references.firstIncoming(target, byUid);
      for (; at !== NONE; at = references.afterIncoming(at)) {
        if (!references.has(at, OPTIONAL)) add(references.source.data[at]!);
      }
    }
  });
  if (sight.visible !== undefined) {
    // Most resources that do not exist for the asker are of kinds that do not, so that they are not missed either.
    mentions.forEachReference((reference) => {
      if (!sees(sight, references.target.data[reference]!)) add(references.source.data[reference]!);
    });
  }
  selectors.forEach((selector) => {
    if (selectsOnlyFinished(sight, selector) !== undefined) add(selectors.source.data[selector]!);
  });
  sight.kinds.forEach(({ unusedWithout }, kind) => {
    if (unusedWithout === undefined) return;
    for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      cohorts.forEachOfScope(scope, (cohort) => cohorts.forEachMember(cohort, add));
    }
  });
  forEachUnsettled(sight, add);
  return suspects;
}

/** Visits the missing targets of references: rows that are in only one index and have no other flag. */
function forEachAbsent({ tables: { rows } }: Sight, visit: (row: number) => void): void {
  for (const flags of [IN_KEY_INDEX, IN_UID_INDEX]) forEachEqual(rows.flags.data, flags, visit, rows.end);
}

function forEachOfStatus({ tables: { rows } }: Sight, status: number, visit: (row: number) => void): void {
  forEachEqual(rows.status.data, status, (row) => {
    if (rows.has(row, THERE)) visit(row);
  }, rows.end);
}

/** Visits the places of a value in a column of bytes, which the runtime finds faster than any loop. */
function forEachEqual(column: Uint8Array, value: number, visit: (row: number) => void, end: number): void {
  for (let row = column.indexOf(value); row !== -1 && row < end; row = column.indexOf(value, row + 1)) {
    visit(row);
  }
}

/**
 * Reports whether time alone may have made a problem begin after `from` and until `to`, in seconds since
 * 1970: something has been Pending or missing for long enough.
 */
export function beginsByTime(sight: Sight, { from, to }: { from: number; to: number }): boolean {
  const { rows } = sight.tables;
  const crosses = (since: number, patience: number) => since + patience > from && since + patience <= to;
  let begins = false;
  forEachOfStatus(sight, PENDING, (row) => begins ||= crosses(rows.since.data[row]!, PATIENCE_SECONDS));
  if (begins) return true;
  const tolerances = new Set(sight.kinds.flatMap(({ toleratesMissingFor = 0 }) => toleratesMissingFor || []));
  if (tolerances.size > 0) {
    forEachAbsent(sight, (row) => {
      for (const tolerance of tolerances) begins ||= crosses(rows.since.data[row]!, tolerance);
    });
  }
  if (begins) return true;
  forEachUnsettled(sight, (row) => begins ||= crosses(rows.createdAt.data[row]!, PATIENCE_SECONDS));
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
