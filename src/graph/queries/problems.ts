/** What is wrong with resources, from what the graph knows of them. */
import type { ResourceKind } from "../../model/resource_kind.ts";
import { RELATION_TYPES, type RelationType } from "../../model/relation.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, OPTIONAL, REQUIRED, SELECTOR } from "../tables/references.ts";
import { FINISHED, IDLE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { type NamedTarget, namedTarget } from "./named_target.ts";
import { forEachSource } from "./walk.ts";

export const PROBLEM_TYPES = [
  "unresolved-reference",
  "error-status",
  "service-selects-nothing",
  "unused-claim",
] as const;

export interface Problem {
  readonly type: typeof PROBLEM_TYPES[number];
  readonly row: number;
  readonly message: string;
  /** The target that does not exist. */
  readonly target?: NamedTarget;
  /** When it was first seen, in seconds since 1970. */
  readonly since: number;
}

export interface ProblemScope {
  readonly rows: Iterable<number>;
  readonly kinds: readonly ResourceKind[];
  /** All resources of a kind in a namespace are in the graph, so that one that is not does not exist. */
  readonly isWhole: (kind: number, namespace: number) => boolean;
}

const ERROR = STATUSES.indexOf("Error");

export function findProblems(tables: Tables, scope: ProblemScope): Problem[] {
  const problems: Problem[] = [];
  const knowsMounts = (namespace: number) =>
    scope.kinds.every(({ mountsClaims }, i) => !mountsClaims || scope.isWhole(i, namespace));
  for (const row of scope.rows) {
    const { rows, cohorts, strings } = tables;
    if (rows.status.data[row] === ERROR) {
      const message = strings.text(rows.message.data[row]!);
      problems.push({ type: "error-status", row, message, since: rows.since.data[row]! });
    }
    if (!rows.has(row, FINISHED | IDLE)) problems.push(...brokenReferences(tables, scope, row));
    const cohort = rows.cohort.data[row]!;
    const { unusedWithout } = scope.kinds[cohorts.kind(cohort)]!;
    if (unusedWithout === undefined || isTarget(tables, row, unusedWithout)) continue;
    if (knowsMounts(cohorts.namespace(cohort))) {
      const message = "No Pod and no template mounts it";
      problems.push({ type: "unused-claim", row, message, since: rows.unusedSince.data[row]! });
    }
  }
  return problems;
}

function* brokenReferences(
  tables: Tables,
  { kinds, isWhole }: ProblemScope,
  row: number,
): Generator<Problem> {
  const { rows, references, selectors, cohorts, strings } = tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    if (references.has(at, SELECTOR)) {
      if (!references.has(at, REQUIRED) || !selectors.selectsNothing(target)) continue;
      const selected = selectors.scope(target);
      if (!isWhole(cohorts.kindOfScope(selected), cohorts.namespaceOfScope(selected))) continue;
      const since = selectors.emptySince.data[target]!;
      yield { type: "service-selects-nothing", row, message: "Its selector matches no resource", since };
    } else if (!references.has(at, ACTIVE | OPTIONAL)) {
      const named = namedTarget(tables, at);
      if (named === undefined || !isWhole(named.kind, named.namespace)) continue;
      const type = RELATION_TYPES[references.type.data[at]!]!;
      const name = strings.text(named.name);
      const message = `${kinds[named.kind]!.kind} ${name} ${
        named.replaced ? "was replaced" : "does not exist"
      } (${type})`;
      const since = Math.max(rows.since.data[target]!, rows.createdAt.data[row]!);
      yield { type: "unresolved-reference", row, message, target: named, since };
    }
  }
}

function isTarget(tables: Tables, row: number, wanted: RelationType): boolean {
  let found = false;
  forEachSource(tables, row, (type) => found ||= RELATION_TYPES[type] === wanted);
  return found;
}
