/**
 * Finds the problems of resources by one set of rules. It checks the rows of a selection, or the suspects of the
 * whole graph: the rows that may have a problem, which are found without visiting the others.
 *
 * The time comes from the graph, whose revision increases when a problem begins only because time has passed
 * (see `beginsByTime`).
 */
import { RELATION_MEANINGS, RELATION_TYPES, relationNumber } from "../../model/relation.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { DETAIL_LAYOUTS } from "../../model/detail.ts";
import { OPTIONAL, REQUIRED, SELECTOR } from "../tables/references.ts";
import { FINISHED, IDLE, ON_HOLD, THERE } from "../tables/rows.ts";
import { isStorage } from "./membership.ts";
import { newestRevision } from "./helm_storage.ts";
import { namedTarget } from "./named_target.ts";
import { hasFailedHarmlessly, isSuperseded, isWell } from "./outcome.ts";
import type { Problem, Severity } from "./problem.ts";
import { isMet, isThereFor, kindOf, type Sight } from "./sight.ts";
import { forEachOwner, forEachSource, someSource } from "./walk.ts";

/** The longest time for which a resource may be Pending or an operation of Helm may take. */
const PATIENCE_SECONDS = 600;

const ERROR = STATUSES.indexOf("Error");
const PENDING = STATUSES.indexOf("Pending");
const ROUTES_TO = relationNumber("routes-to");
const USES_SERVICE = relationNumber("uses-service");
const REPLICAS = DETAIL_LAYOUTS.findIndex(({ name }) => name === "replicas");

export interface ProblemScope {
  /** Reports whether the graph has all resources of a kind in a namespace. A missing one then does not exist. */
  readonly isWhole: (kind: number, namespace: number) => boolean;
  /** Reports whether the graph has all resources that may mount a claim of a namespace. */
  readonly knowsUsers: (namespace: number) => boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Visits the problems of a present and visible row. */
export function forEachProblem(
  sight: Sight,
  row: number,
  { isWhole, knowsUsers, now, visit }: ProblemScope & { readonly visit: (problem: Problem) => void },
): void {
  const { rows, cohorts } = sight.tables;
  if (isStorage(sight, row)) {
    releaseProblem(sight, row, { now, visit });
    return;
  }
  const status = rows.status.data[row]!;
  const since = rows.since.data[row]!;
  const superseded = (status === ERROR || !rows.has(row, FINISHED)) && isSuperseded(sight, row);
  if (status === ERROR && !superseded) {
    const severity = hasFailedHarmlessly(sight, row) ? "warning" : "error";
    visit({ type: "error-status", severity, row, since });
  }
  if (isStuck(sight, row, now) && !superseded) visit({ type: "stuck", severity: "warning", row, since });
  if (!rows.has(row, FINISHED | IDLE) && !superseded) {
    forEachUnmetReference(sight, row, { isWhole, now, visit });
  }

  const { unusedWithout } = kindOf(sight, row);
  if (unusedWithout === undefined) return;
  const namespace = cohorts.namespace(rows.cohort.data[row]!);
  const wanted = relationNumber(unusedWithout);
  if (knowsUsers(namespace) && !someSource(sight, row, (type) => type === wanted)) {
    visit({ type: "unused-claim", severity: "warning", row, since: rows.unusedSince.data[row]! });
  }
}

/** Reports whether a row has been Pending for too long, and not on purpose. */
export function isStuck({ tables: { rows } }: Sight, row: number, now: number): boolean {
  return rows.status.data[row] === PENDING && !rows.has(row, ON_HOLD) &&
    hasTakenTooLong(rows.since.data[row]!, now);
}

/** Reports whether what began at `since` has taken longer than it may. */
export function hasTakenTooLong(since: number, now: number): boolean {
  return now - since > PATIENCE_SECONDS;
}

function forEachUnmetReference(
  sight: Sight,
  row: number,
  { isWhole, now, visit }: Omit<ProblemScope, "knowsUsers"> & { readonly visit: (problem: Problem) => void },
): void {
  const { rows, references } = sight.tables;
  /** Whether the row works in spite of the problem. Computed at the first use. */
  let works: boolean | undefined;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    if (references.has(at, SELECTOR)) {
      if (references.has(at, REQUIRED)) {
        selectionProblem(sight, { row, selector: target }, { isWhole, visit });
      }
      continue;
    }
    if (references.has(at, OPTIONAL) || isMet(sight, at) || isThereFor(sight, target)) continue;
    const named = namedTarget(sight.tables, at, false);
    if (named === undefined || !isWhole(named.kind, named.namespace)) continue;
    const kind = kindOf(sight, row);
    // What exists for others tells nothing of when it did not.
    const missingSince = rows.has(target, THERE) ? 0 : rows.since.data[target]!;
    const relation = references.type.data[at]!;
    const tolerance = kind.toleratesMissing?.[RELATION_TYPES[relation]!] ?? 0;
    if (now - missingSince < tolerance) continue;
    if (isDeclaredAbove(sight, row, { relation, target })) continue;
    // A Pending volume, such as a released one, no longer needs its class.
    const isPendingClaim = rows.status.data[row] === PENDING && kind.namespaced;
    const isLeftover = kind.leftovers?.includes(RELATION_TYPES[relation]!) ||
      RELATION_MEANINGS[relation]!.impact.onlyPending && !isPendingClaim ||
      kind.mountsClaims && (works ??= isWell(sight, row));
    const severity = isLeftover ? "warning" : "error";
    const since = Math.max(missingSince, rows.createdAt.data[row]!);
    visit({ type: "unresolved-reference", severity, row, since, target: named, relation });
  }
}

/** Reports whether one of a row's owners has the same unresolved reference, which is then the owner's problem. */
function isDeclaredAbove(
  sight: Sight,
  row: number,
  { relation, target }: { relation: number; target: number },
): boolean {
  const { rows, references } = sight.tables;
  const queue: number[] = [];
  const enqueue = (owner: number) => {
    if (owner !== row && !queue.includes(owner)) queue.push(owner);
  };
  forEachOwner(sight, row, enqueue);
  for (let i = 0; i < queue.length; i++) {
    const owner = queue[i]!;
    if (!rows.has(owner, FINISHED | IDLE)) {
      for (let at = references.first(owner); at !== NONE; at = references.after(at)) {
        const isSame = references.target.data[at] === target && references.type.data[at] === relation &&
          !references.has(at, SELECTOR | OPTIONAL);
        if (isSame) return true;
      }
    }
    forEachOwner(sight, owner, enqueue);
  }
  return false;
}

/** Visits the problem of a Service whose selector selects nothing, or only finished resources. */
function selectionProblem(
  sight: Sight,
  { row, selector }: { row: number; selector: number },
  { isWhole, visit }: Pick<ProblemScope, "isWhole"> & { readonly visit: (problem: Problem) => void },
): void {
  const { selectors, cohorts } = sight.tables;
  const scope = selectors.scope(selector);
  const kind = cohorts.kindOfScope(scope);
  if (!isWhole(kind, cohorts.namespaceOfScope(scope))) return;
  const finishedSince = selectsOnlyFinished(sight, selector);
  if (finishedSince === undefined) return;
  const onlyFinished = !selectors.selectsNothing(selector);
  visit({
    type: "service-selects-nothing",
    severity: severityOfNoSelection(sight, row),
    row,
    since: onlyFinished ? finishedSince : selectors.emptySince.data[selector]!,
    selection: { kind, onlyFinished },
  });
}

/** Returns the time since which all selected resources have finished. Returns undefined if one has not. */
export function selectsOnlyFinished({ tables }: Sight, selector: number): number | undefined {
  const { selectors, cohorts, rows } = tables;
  let since = 0;
  let unfinished = false;
  selectors.forEachCohortOf(selector, (cohort) => {
    unfinished ||= cohorts.someMember(cohort, (row) => {
      since = Math.max(since, rows.since.data[row]!);
      return !rows.has(row, FINISHED);
    });
  });
  return unfinished ? undefined : since;
}

/**
 * Returns "error" if traffic is routed to the Service. An exception is the Service of a StatefulSet that wants no
 * Pods.
 */
function severityOfNoSelection(sight: Sight, row: number): Severity {
  let isEntered = false;
  let isWanted = false;
  forEachSource(sight, row, (type, source) => {
    isEntered ||= type === ROUTES_TO;
    isWanted ||= type === USES_SERVICE && desiresNothing(sight, source);
  });
  return isEntered && !isWanted ? "error" : "warning";
}

function desiresNothing({ tables: { details, rows } }: Sight, row: number): boolean {
  return details.find(rows.details.data[row]!, REPLICAS) === 0;
}

/** Visits the problem of a release whose newest revision has failed or takes too long. */
function releaseProblem(
  sight: Sight,
  row: number,
  { now, visit }: { now: number; visit: (problem: Problem) => void },
): void {
  const revision = newestRevision(sight, row);
  if (revision === undefined) return;
  const { status, updated } = revision;
  const isPending = status.startsWith("pending-");
  if (status !== "failed" && !(isPending && hasTakenTooLong(updated, now))) return;
  visit({ type: "helm-release", severity: "error", row, since: updated, revision });
}
