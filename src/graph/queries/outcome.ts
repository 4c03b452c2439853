/**
 * What became of a resource and of what it owns. Leftovers of work that is over do not count: a failed Pod
 * whose controller is well, and every finished run of a CronJob but the newest.
 */
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { FINISHED } from "../tables/rows.ts";
import { kindOf, type Sight } from "./sight.ts";
import { controllerOf, forEachDependent } from "./walk.ts";

const READY = STATUSES.indexOf("Ready");
const ERROR = STATUSES.indexOf("Error");
/** Owners above one another; a longer chain is a circle. */
const OWNERS_MAX = 16;

/** Reports whether a row is a run, or part of one, that a newer run has superseded. */
export function isSuperseded(sight: Sight, row: number): boolean {
  const { rows } = sight.tables;
  let run = row;
  for (let steps = 0; steps < OWNERS_MAX; steps++) {
    const controller = controllerOf(sight, run);
    if (controller === NONE) return false;
    if (kindOf(sight, controller).repeats && rows.has(run, FINISHED)) {
      return newestFinishedRun(sight, controller) !== run;
    }
    run = controller;
  }
  return false;
}

/** Reports whether a row is a failed Pod whose controller is Ready, or a superseded run. */
export function isOver(sight: Sight, row: number): boolean {
  return hasFailedHarmlessly(sight, row) || isSuperseded(sight, row);
}

/** Reports whether a row has failed for good while its controller is Ready. */
export function hasFailedHarmlessly(sight: Sight, row: number): boolean {
  const { rows } = sight.tables;
  if (!rows.has(row, FINISHED) || rows.status.data[row] !== ERROR) return false;
  const controller = controllerOf(sight, row);
  return controller !== NONE && rows.status.data[controller] === READY && !kindOf(sight, controller).repeats;
}

/** Returns the number in `STATUSES` of the worst of these rows, without those that are over. */
export function worstStatus(sight: Sight, candidates: Iterable<number>): number {
  const { status } = sight.tables.rows;
  let worst = READY;
  for (const row of candidates) {
    if (status.data[row]! > worst && !isOver(sight, row)) worst = status.data[row]!;
  }
  return worst;
}

/** Reports whether a resource and all resources that it owns are Ready. Finished work does not count. */
export function isWell(sight: Sight, row: number): boolean {
  return worstStatus(sight, [row, ...descendantsOf(sight, row)]) === READY;
}

/** Returns what a resource owns at any depth. */
export function descendantsOf(sight: Sight, row: number): Set<number> {
  const found = new Set<number>();
  const visit = (dependent: number) => {
    if (dependent !== row && !found.has(dependent)) found.add(dependent);
  };
  forEachDependent(sight, row, visit);
  for (const dependent of found) forEachDependent(sight, dependent, visit);
  return found;
}

function newestFinishedRun(sight: Sight, controller: number): number {
  const { rows, strings } = sight.tables;
  const compareAge = (a: number, b: number) =>
    rows.createdAt.data[a]! - rows.createdAt.data[b]! ||
    strings.compare(rows.name.data[a]!, rows.name.data[b]!);
  let newest = NONE;
  forEachDependent(sight, controller, (run) => {
    if (!rows.has(run, FINISHED) || controllerOf(sight, run) !== controller) return;
    if (newest === NONE || compareAge(run, newest) > 0) newest = run;
  });
  return newest;
}
