import { IDLE } from "../tables/rows.ts";
import { NONE } from "../../arrays/columns.ts";
import { forEachUnsettled } from "./helm_storage.ts";
import { isStorage } from "./membership.ts";
import { type Problem, PROBLEM_TYPES, type ProblemType, type Severity } from "./problem.ts";
import { forEachProblem, type ProblemScope } from "./problems.ts";
import { type Filter, hasPart, select, testOf } from "./select.ts";
import type { Sight } from "./sight.ts";
import { isSuspect, suspectsOf } from "./find_suspects.ts";

export interface ProblemCounts {
  readonly problems: Readonly<Record<ProblemType, number>>;
  readonly causes: Readonly<Record<Severity, number>>;
  /** References to missing targets, including optional ones. */
  readonly unresolved: number;
}

/**
 * Returns the rows among the matches of a filter that may have a problem. The storage objects of Helm are
 * checked for their release with and without `inactive` in the filter.
 */
export function rowsToAsk(sight: Sight, filter: Filter, scope: ProblemScope): number[] {
  const { rows } = sight.tables;
  const asked: number[] = [];
  if (!hasPart(filter)) {
    const fits = testOf(sight, { ...filter, inactive: true });
    for (const row of suspectsOf(sight, scope)) {
      if ((filter.inactive || !rows.has(row, IDLE) || isStorage(sight, row)) && fits(row)) asked.push(row);
    }
    return asked;
  }
  for (const row of select(sight, filter)) {
    if (isSuspect(sight, row) && !isStorage(sight, row)) asked.push(row);
  }
  if (filter.owner === undefined) { for (const row of unsettledOf(sight, filter)) asked.push(row); }
  return asked;
}

/** Returns the problems of the resources that match a filter. */
export function findProblems(sight: Sight, filter: Filter, scope: ProblemScope): Problem[] {
  const problems: Problem[] = [];
  const visit = (problem: Problem) => problems.push(problem);
  for (const row of rowsToAsk(sight, filter, scope)) forEachProblem(sight, row, { ...scope, visit });
  return problems;
}

/** Returns the storage objects of the releases and namespaces in a filter. */
function unsettledOf(sight: Sight, { namespaces, release, ...rest }: Filter): number[] {
  const { cohorts, labels, rows, strings } = sight.tables;
  const fits = testOf(sight, { ...rest, inactive: true });
  const found: number[] = [];
  const nameKey = strings.find("name");
  forEachUnsettled(sight, (row) => {
    const cohort = rows.cohort.data[row]!;
    const home = strings.text(cohorts.namespace(cohort));
    if (namespaces !== undefined && !namespaces.includes(home)) return;
    if (release !== undefined) {
      const name = labels.get(cohorts.labelSet(cohort), nameKey);
      if (name === NONE || strings.text(name) !== release.name) return;
      if (release.namespace !== undefined && release.namespace !== home) return;
    }
    if (fits(row)) found.push(row);
  });
  return found;
}

/** Returns no problems of any type. */
export function noProblems(): Record<ProblemType, number> {
  return Object.fromEntries(PROBLEM_TYPES.map((type) => [type, 0])) as Record<ProblemType, number>;
}
