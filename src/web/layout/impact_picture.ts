/**
 * Turns an impact into lanes: the resource, workloads, Services, entries, and what else is affected. Pods fold
 * into the topmost affected owner, so that a lane has one card for each workload.
 */
import type { Impact, Impacted } from "../answers.ts";
import { ENTRY_KINDS, WORKLOAD_KINDS } from "./kinds.ts";
import type { Line } from "./lanes.ts";

export interface ImpactPicture {
  /** Workloads, Services, entries, then all others. */
  readonly lanes: readonly (readonly Impacted[])[];
  readonly pods: ReadonlyMap<string, readonly Impacted[]>;
  readonly lines: readonly Line[];
}

export const SUBJECT = "subject";

export function impactPictureOf({ resource, nodes, edges }: Impact): ImpactPicture {
  const byUid = new Map(nodes.map((node) => [node.uid, node]));
  const owner = new Map(
    nodes.flatMap(({ uid, metadata: { ownerReferences = [] } }) =>
      ownerReferences.filter((it) => byUid.has(it.uid)).slice(0, 1).map((it) => [uid, it.uid] as const)
    ),
  );
  const topOf = (uid: string): string => {
    const seen = new Set([uid]);
    let top = uid;
    for (let next = owner.get(top); next !== undefined && !seen.has(next); next = owner.get(top)) {
      if (!WORKLOAD_KINDS.has(byUid.get(next)?.kind ?? "")) break;
      seen.add(next);
      top = next;
    }
    return top;
  };
  const shown = nodes.filter(({ uid, kind }) => kind !== "EndpointSlice" && topOf(uid) === uid);
  const pods = new Map<string, Impacted[]>();
  for (const node of nodes) {
    if (node.kind !== "Pod") continue;
    const top = topOf(node.uid);
    pods.set(top, [...pods.get(top) ?? [], node]);
  }
  const laneOf = ({ kind }: Impacted) =>
    WORKLOAD_KINDS.has(kind) ? 0 : kind === "Service" ? 1 : ENTRY_KINDS.has(kind) ? 2 : 3;
  const lanes = [0, 1, 2, 3].map((lane) => shown.filter((node) => laneOf(node) === lane));

  const own = "uid" in resource ? resource.uid : SUBJECT;
  const idOf = (uid: string) => uid === own || !byUid.has(uid) ? SUBJECT : topOf(uid);
  const lines = new Map<string, Line>();
  for (const { type, from, to } of edges) {
    if (
      type === "endpoints" || byUid.get(from)?.kind === "EndpointSlice" ||
      byUid.get(to)?.kind === "EndpointSlice"
    ) continue;
    const [a, b] = [idOf(from), idOf(to)];
    if (a !== b) lines.set([a, b].sort().join(" "), { from: a, to: b, isMissing: false });
  }
  // A target that does not exist has no relations of its own in the answer.
  for (const { uid, distance } of shown) {
    if (distance === 1) {
      lines.set([SUBJECT, uid].sort().join(" "), { from: SUBJECT, to: uid, isMissing: false });
    }
  }
  return { lanes, pods, lines: [...lines.values()] };
}
