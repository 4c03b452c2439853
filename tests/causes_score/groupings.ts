/** Groups the problems of an answer: by the causes that the server names, and by the injected faults. */
import { type ObjectKey, type Root, textOf } from "./faulty_cluster.ts";

/** The parts of an entry of /api/v1/problems that are used here. */
export interface ProblemEntry extends ObjectKey {
  readonly type: string;
  readonly uid: string;
  readonly target?: ObjectKey;
}

/** The parts of an entry of /api/v1/causes that are used here. */
export interface CauseEntry {
  readonly id: string;
  readonly cause: Root & { readonly uid?: string };
  readonly affected: readonly { readonly uid: string }[];
}

export interface InjectedFault {
  readonly kind: string;
  readonly root: Root;
  readonly claims: readonly ObjectKey[];
}

export interface Groupings {
  /** A label for each problem: the id of its cause, or one of its own for a problem without a cause. */
  readonly found: readonly string[];
  /** A label for each problem: the number of its fault, or one of its own for a problem without a fault. */
  readonly truth: readonly string[];
  /** The problems that follow from no injected fault. */
  readonly unexplained: readonly ProblemEntry[];
  /** The problems in no cause. */
  readonly withoutCause: readonly ProblemEntry[];
}

export function groupingsOf(
  { problems, causes, faults }: {
    readonly problems: readonly ProblemEntry[];
    readonly causes: readonly CauseEntry[];
    readonly faults: readonly InjectedFault[];
  },
): Groupings {
  const causeOf = causeFinder(causes);
  const faultOf = faultFinder(faults);
  const unexplained: ProblemEntry[] = [];
  const withoutCause: ProblemEntry[] = [];
  const found = problems.map((problem, at) => {
    const id = causeOf(problem);
    if (id === undefined) withoutCause.push(problem);
    return id ?? `none ${at}`;
  });
  const truth = problems.map((problem, at) => {
    const fault = faultOf(problem);
    if (fault === undefined) unexplained.push(problem);
    return fault === undefined ? `none ${at}` : String(fault);
  });
  return { found, truth, unexplained, withoutCause };
}

/**
 * Returns the function that finds the id of a problem's cause. A cause does not list its problems, but the
 * affected resources: a resource with several problems may stand in several causes, of which the one that is
 * rooted in the target of the problem, then the one that is not rooted in a missing target comes first.
 */
function causeFinder(causes: readonly CauseEntry[]): (problem: ProblemEntry) => string | undefined {
  const byMissing = new Map<string, string>();
  const byResource = new Map<string, CauseEntry[]>();
  for (const entry of causes) {
    if (entry.cause.missing) byMissing.set(textOf(entry.cause), entry.id);
    const uids = new Set(entry.affected.map(({ uid }) => uid));
    if (entry.cause.uid !== undefined) uids.add(entry.cause.uid);
    for (const uid of uids) byResource.set(uid, [...byResource.get(uid) ?? [], entry]);
  }
  return ({ uid, target }) => {
    const ofTarget = target && byMissing.get(textOf(target));
    const ofResource = byResource.get(uid) ?? [];
    return ofTarget ?? (ofResource.find(({ cause }) => !cause.missing) ?? ofResource[0])?.id;
  };
}

function faultFinder(faults: readonly InjectedFault[]): (problem: ProblemEntry) => number | undefined {
  const byMissing = new Map<string, number>();
  const byClaim = new Map<string, number>();
  for (const [at, { root, claims }] of faults.entries()) {
    if (root.missing) byMissing.set(textOf(root), at);
    for (const key of claims) byClaim.set(textOf(key), at);
  }
  return (problem) =>
    (problem.target && byMissing.get(textOf(problem.target))) ?? byClaim.get(textOf(problem));
}

/** Reports for each fault whether the cause of most of its problems names its root. */
export function rootsNamed(
  { found, truth }: Groupings,
  { causes, faults }: { readonly causes: readonly CauseEntry[]; readonly faults: readonly InjectedFault[] },
): boolean[] {
  const roots = new Map(causes.map(({ id, cause }) => [id, cause]));
  return faults.map(({ root }, at) => {
    const counts = new Map<string, number>();
    for (const [problem, label] of truth.entries()) {
      const id = found[problem] ?? "";
      if (label === String(at)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const [most] = Array.from(counts).sort(([, left], [, right]) => right - left)[0] ?? [];
    const named = most === undefined ? undefined : roots.get(most);
    return named !== undefined && textOf(named) === textOf(root) && named.missing === root.missing;
  });
}
