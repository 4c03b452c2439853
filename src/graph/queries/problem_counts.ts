/**
 * How many problems there are, and how many references without a target: what `findProblems` finds, in a few
 * milliseconds for the whole graph, since most references are passed over without a look at their ends.
 */
import type { ResourceKind } from "../../model/resource_kind.ts";
import { RELATION_TYPES } from "../../model/relation.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import type { PROBLEM_TYPES } from "./problems.ts";
import { ACTIVE, OPTIONAL, REQUIRED, SELECTOR } from "../tables/references.ts";
import { FINISHED, IDLE, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { namedTarget } from "./named_target.ts";
import { forEachSource } from "./walk.ts";

export interface ProblemCounts {
  /** Of all resources but idle ones. */
  readonly problems: Readonly<Record<typeof PROBLEM_TYPES[number], number>>;
  /** References whose target is not there, optional ones too. */
  readonly unresolved: number;
}

export interface CountScope {
  readonly kinds: readonly ResourceKind[];
  /** As in `ProblemScope`. */
  readonly isWhole: (kind: number, namespace: number) => boolean;
}

const ERROR = STATUSES.indexOf("Error");
const FOUR_ACTIVE = ACTIVE * 0x01010101;

export function countProblems(tables: Tables, { kinds, isWhole }: CountScope): ProblemCounts {
  const { rows, references, selectors, cohorts } = tables;
  const known = new Map<number, boolean>();
  const isWholeScope = (scope: number) => {
    let whole = known.get(scope);
    if (whole === undefined) {
      whole = isWhole(cohorts.kindOfScope(scope), cohorts.namespaceOfScope(scope));
      known.set(scope, whole);
    }
    return whole;
  };

  let unresolved = 0;
  let broken = 0;
  let empty = 0;
  const flags = references.flags.data;
  const fours = new Uint32Array(flags.buffer, 0, flags.length >>> 2);
  const { end } = references;
  for (let at = 0; at < end; at++) {
    if ((at & 3) === 0) {
      let four = at >>> 2;
      while (four < fours.length && (fours[four]! & FOUR_ACTIVE) === FOUR_ACTIVE) four++;
      at = four << 2;
      if (at >= end) break;
    }
    const flag = flags[at]!;
    if ((flag & ACTIVE) !== 0 || (flag & (SELECTOR | REQUIRED)) === SELECTOR) continue;
    const named = (flag & SELECTOR) === 0 ? namedTarget(tables, at) : undefined;
    if ((flag & SELECTOR) === 0 && named === undefined) continue;
    if (named !== undefined) unresolved++;
    if ((flag & OPTIONAL) !== 0 || rows.has(references.source.data[at]!, FINISHED | IDLE)) continue;
    const target = references.target.data[at]!;
    if (named !== undefined) {
      if (isWholeScope(cohorts.findScope(named.kind, named.namespace))) broken++;
    } else if (selectors.selectsNothing(target) && isWholeScope(selectors.scope(target))) empty++;
  }
  return {
    problems: {
      "unresolved-reference": broken,
      "error-status": countErrors(tables),
      "service-selects-nothing": empty,
      "unused-claim": countUnused(tables, { kinds, isWhole }),
    },
    unresolved,
  };
}

function countErrors({ rows }: Tables): number {
  const status = rows.status.data;
  const flags = rows.flags.data;
  const { end } = rows;
  let count = 0;
  for (let row = status.indexOf(ERROR); row !== -1 && row < end; row = status.indexOf(ERROR, row + 1)) {
    if ((flags[row]! & (THERE | IDLE)) === THERE) count++;
  }
  return count;
}

function countUnused(tables: Tables, { kinds, isWhole }: CountScope): number {
  const { cohorts } = tables;
  let count = 0;
  kinds.forEach(({ unusedWithout }, kind) => {
    if (unusedWithout === undefined) return;
    const type = RELATION_TYPES.indexOf(unusedWithout);
    for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      const namespace = cohorts.namespaceOfScope(scope);
      if (!kinds.every(({ mountsClaims }, mounter) => !mountsClaims || isWhole(mounter, namespace))) continue;
      cohorts.forEachOfScope(scope, (cohort) => {
        cohorts.forEachMember(cohort, (row) => {
          if ((tables.rows.flags.data[row]! & (THERE | IDLE)) === THERE && !isTarget(tables, row, type)) {
            count++;
          }
        });
      });
    }
  });
  return count;
}

function isTarget(tables: Tables, row: number, wanted: number): boolean {
  let found = false;
  forEachSource(tables, row, (type) => found ||= type === wanted);
  return found;
}
