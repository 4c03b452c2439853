/** Groups problems by the one thing that has to be fixed for all of them. */
import type { Release } from "../../model/record.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { mix } from "../../arrays/row_index.ts";
import { BandFinder, type BandKey, bandText } from "./bands.ts";
import { causeMessage } from "./cause_message.ts";
import { CauseRoots, type Root, topmostOwner, unwellPodsOf } from "./cause_roots.ts";
import { type Problem, type ProblemType, SEVERITIES, type Severity } from "./problem.ts";
import { problemMessage } from "./problem_message.ts";
import type { ProblemScope } from "./problems.ts";
import { shownMessage } from "./shown_message.ts";
import { kindOf, type Sight } from "./sight.ts";

const AFFECTED_MAX = 20;
const READY = STATUSES.indexOf("Ready");
/** The types, most informative first. Of two equally severe problems, a cause shows the earlier type. */
const TELLING: readonly ProblemType[] = [
  "unresolved-reference",
  "error-status",
  "helm-release",
  "service-selects-nothing",
  "unused-claim",
  "stuck",
];

/** A cause. It contains texts and no row numbers, so that it stays valid after the slice that found it. */
export interface Cause {
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly cause: CauseKey;
  /** The time when its first problem was first seen, in seconds since 1970. */
  readonly since: number;
  readonly releases: readonly Release[];
  readonly counts: { readonly resources: number; readonly pods: number };
  readonly affected: readonly Affected[];
  /** The texts of the affected bands (see `bandText`). */
  readonly bands: ReadonlySet<string>;
}

/** The resource to fix, or the missing target, which has no uid. */
export interface CauseKey {
  readonly uid?: string | undefined;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: boolean;
}

export interface Affected {
  readonly uid: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: Status;
  readonly message: string;
}

/** The problem from which a cause has its message. */
interface Witness {
  /** Whether it is a problem of the root, or of a resource that the root owns. */
  readonly isOwn: boolean;
  readonly severity: Severity;
  readonly type: ProblemType;
}

interface Draft {
  readonly id: string;
  readonly cause: CauseKey;
  severity: Severity;
  witness: Witness | undefined;
  message: string;
  since: number;
  readonly rows: Set<number>;
  pods: number;
  readonly bands: Map<string, BandKey>;
  /** At most `AFFECTED_MAX` of each. */
  readonly affected: Affected[];
  readonly affectedPods: Affected[];
}

export class CauseCollector {
  readonly #sight: Sight;
  readonly #drafts = new Map<string, Draft>();
  #roots: CauseRoots;
  #bands: BandFinder;

  constructor(sight: Sight, scope: ProblemScope) {
    this.#sight = sight;
    this.#roots = new CauseRoots(sight, scope);
    this.#bands = new BandFinder(sight);
  }

  /** Drops cached results that a change of the graph makes invalid. */
  forget(scope: ProblemScope): void {
    this.#roots = new CauseRoots(this.#sight, scope);
    this.#bands = new BandFinder(this.#sight);
  }

  add(problem: Problem): void {
    const root = this.#roots.ofProblem(problem);
    const key = this.#roots.keyOf(root);
    let draft = this.#drafts.get(key);
    if (draft === undefined) this.#drafts.set(key, draft = this.#newDraft(key, { root, problem }));
    else this.#lead(draft, { root, problem });
    draft.since = Math.min(draft.since, problem.since);
    this.#affect(draft, problem.row);
    if (root.row !== undefined && this.#sight.tables.rows.status.data[root.row] !== READY) {
      this.#affect(draft, root.row);
    }
    if (kindOf(this.#sight, problem.row).role !== "workload") return;
    for (const pod of unwellPodsOf(this.#sight, problem.row)) {
      if (this.#roots.keyOf(this.#roots.ofRow(pod)) === key) this.#affect(draft, pod);
    }
  }

  /** Returns the causes, in no order. */
  causes(): Cause[] {
    return Array.from(this.#drafts.values(), (draft): Cause => ({
      id: draft.id,
      severity: draft.severity,
      message: draft.message,
      cause: draft.cause,
      since: draft.since,
      releases: [...draft.bands.values()].flatMap(({ release }) => release ?? []),
      counts: { resources: draft.rows.size, pods: draft.pods },
      affected: [...draft.affected, ...draft.affectedPods].slice(0, AFFECTED_MAX),
      bands: new Set(draft.bands.keys()),
    }));
  }

  #newDraft(key: string, { root, problem }: { root: Root; problem: Problem }): Draft {
    const draft: Draft = {
      id: hashOf(key),
      cause: describeRoot(this.#sight, root),
      severity: problem.severity,
      witness: undefined,
      message: "",
      since: problem.since,
      rows: new Set(),
      pods: 0,
      bands: new Map(),
      affected: [],
      affectedPods: [],
    };
    this.#lead(draft, { root, problem });
    return draft;
  }

  /** Takes the severity of a problem if it is worse, and its message if it is more informative. */
  #lead(draft: Draft, { root, problem }: { root: Root; problem: Problem }): void {
    if (SEVERITIES.indexOf(problem.severity) < SEVERITIES.indexOf(draft.severity)) {
      draft.severity = problem.severity;
    }
    const witness = {
      isOwn: root.row === undefined || topmostOwner(this.#sight, problem.row) === root.row,
      severity: problem.severity,
      type: problem.type,
    };
    if (draft.witness !== undefined && compareWitnesses(witness, draft.witness) >= 0) return;
    draft.witness = witness;
    draft.message = this.#messageOf(root, problem);
  }

  #messageOf(root: Root, problem: Problem): string {
    if (root.row === undefined) {
      const { kind, namespace, name } = describeRoot(this.#sight, root);
      const what = root.target.replaced ? "was replaced" : "does not exist";
      return `${kind} ${namespace && `${namespace}/`}${name} ${what}`;
    }
    const followsStatus = problem.type === "error-status" || problem.type === "stuck";
    return followsStatus
      ? causeMessage(this.#sight, { row: root.row, witness: problem.row }, this.#roots)
      : problemMessage(this.#sight, problem);
  }

  #affect(draft: Draft, row: number): void {
    if (draft.rows.has(row)) return;
    draft.rows.add(row);
    const isPod = kindOf(this.#sight, row).role === "pod";
    if (isPod) draft.pods++;
    const band = this.#bands.of(row);
    if (band !== undefined) draft.bands.set(bandText(band), band);
    const list = isPod ? draft.affectedPods : draft.affected;
    if (list.length < AFFECTED_MAX) list.push(describeAffected(this.#sight, row));
  }
}

/** Counts causes by severity, at less cost than collecting them. */
export class CauseCounter {
  readonly #sight: Sight;
  readonly #severities = new Map<string, Severity>();
  #roots: CauseRoots;

  constructor(sight: Sight, scope: ProblemScope) {
    this.#sight = sight;
    this.#roots = new CauseRoots(sight, scope);
  }

  /** Drops cached results that a change of the graph makes invalid. */
  forget(scope: ProblemScope): void {
    this.#roots = new CauseRoots(this.#sight, scope);
  }

  add(problem: Problem): void {
    const key = this.#roots.keyOf(this.#roots.ofProblem(problem));
    if (this.#severities.get(key) !== "error") this.#severities.set(key, problem.severity);
  }

  get counts(): Record<Severity, number> {
    const counts = { error: 0, warning: 0 };
    for (const severity of this.#severities.values()) counts[severity]++;
    return counts;
  }
}

/** The values that decide the order of causes. */
export type CauseOrder = Pick<Cause, "severity" | "since" | "id"> & {
  readonly counts: Pick<Cause["counts"], "pods">;
};

/** Compares causes: worse ones first, then those with more Pods, then older ones. */
export function compareCauses(a: CauseOrder, b: CauseOrder): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.counts.pods - a.counts.pods ||
    a.since - b.since || (a.id === b.id ? 0 : a.id < b.id ? -1 : 1);
}

/** Returns how many causes affect each band, by its text. */
export function countCauses(causes: readonly Cause[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { bands } of causes) for (const band of bands) counts.set(band, (counts.get(band) ?? 0) + 1);
  return counts;
}

/** Compares problems of one cause. Negative if the first is more informative. */
function compareWitnesses(a: Witness, b: Witness): number {
  return Number(b.isOwn) - Number(a.isOwn) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    TELLING.indexOf(a.type) - TELLING.indexOf(b.type);
}

function describeRoot(sight: Sight, { row, target }: Root): CauseKey {
  const { strings } = sight.tables;
  if (target === undefined) return { ...describeKey(sight, row!), missing: false };
  return {
    kind: sight.kinds[target.kind]!.kind,
    namespace: strings.text(target.namespace),
    name: strings.text(target.name),
    missing: true,
  };
}

function describeAffected(sight: Sight, row: number): Affected {
  const { rows, strings } = sight.tables;
  return {
    ...describeKey(sight, row),
    status: STATUSES[rows.status.data[row]!]!,
    message: strings.text(shownMessage(sight, row)),
  };
}

function describeKey(sight: Sight, row: number) {
  const { cohorts, rows, strings, uids } = sight.tables;
  return {
    uid: uids.text(rows.uid.data, row * 4),
    kind: kindOf(sight, row).kind,
    namespace: strings.text(cohorts.namespace(rows.cohort.data[row]!)),
    name: strings.text(rows.name.data[row]!),
  };
}

/** A hash of 64 bits. */
function hashOf(text: string): string {
  let [high, low] = [1, 2];
  for (let i = 0; i < text.length; i++) {
    high = mix(high, text.charCodeAt(i), 1);
    low = mix(low, text.charCodeAt(i), 2);
  }
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}
