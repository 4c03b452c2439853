/**
 * The impact of a resource's loss, read off the contract's table line by line and repeated until nothing
 * changes. It knows nothing of the graph but its nodes and its edges.
 */
export interface NaiveNode {
  readonly uid: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  /** Inactive, or run to its end: it cannot break any more. */
  readonly isOver: boolean;
  readonly isFinished: boolean;
}

export interface NaiveEdge {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly optional: boolean;
}

const WORKLOADS = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
];
const RANKS = ["", "degraded", "broken", "removed"];
const BROKEN_WITHOUT_TARGET = [
  "attached-to",
  "uses-class",
  "uses-sa",
  "uses-priorityclass",
  "calls",
  "binds-role",
  "scales",
  "binds",
];

/** Returns the effect by uid, without the resource that goes. */
export function naiveImpact(
  start: string,
  nodes: readonly NaiveNode[],
  edges: readonly NaiveEdge[],
): Map<string, string> {
  const byUid = new Map(nodes.map((node) => [node.uid, node]));
  const effects = new Map([[start, "removed"]]);
  const isGone = (uid: string) => ["removed", "broken"].includes(effects.get(uid) ?? "");
  let changed = true;
  const raise = (uid: string, effect: string) => {
    if (effect !== "removed" && byUid.get(uid)!.isOver) return;
    if (RANKS.indexOf(effect) <= RANKS.indexOf(effects.get(uid) ?? "")) return;
    effects.set(uid, effect);
    changed = true;
  };
  while (changed) {
    changed = false;
    for (const { type, from, to, optional } of edges) {
      const [source, target] = [byUid.get(from)!, byUid.get(to)!];
      if (isGone(to) && !target.isFinished) {
        const isWeak = optional || type === "mounts" && source.kind === "StatefulSet" &&
            new RegExp(`-${source.name}-\\d+$`).test(target.name);
        if (type === "owns" || type === "uses-service") raise(from, "degraded");
        else if (BROKEN_WITHOUT_TARGET.includes(type)) raise(from, "broken");
        else if (["uses-configmap", "uses-secret", "mounts"].includes(type)) {
          raise(from, isWeak ? "degraded" : "broken");
        } else if (type === "uses-storageclass") {
          if (source.kind === "PersistentVolumeClaim" && source.status === "Pending") raise(from, "broken");
        } else if (type === "runs-on") raise(from, "removed");
        else if (
          type === "routes-to" || type === "selects" && ["Service", "EndpointSlice"].includes(source.kind)
        ) {
          const all = edges.filter((it) =>
            it.type === type && it.from === from && !byUid.get(it.to)!.isFinished
          );
          raise(from, all.every((it) => isGone(it.to)) ? "broken" : "degraded");
        }
      }
      if (type === "binds-subject" && isGone(from)) raise(to, "degraded");
      if (type === "owns" && effects.get(from) === "removed") {
        const owners = edges.filter((it) => it.type === "owns" && it.to === to);
        if (owners.every((it) => effects.get(it.from) === "removed")) raise(to, "removed");
      }
      if (type === "owns" && isGone(from) && WORKLOADS.includes(source.kind)) {
        if (target.kind === "Pod" || WORKLOADS.includes(target.kind)) raise(to, "broken");
      }
    }
    for (const { uid, kind, name } of nodes) {
      if (kind !== "Namespace" || effects.get(uid) !== "removed") continue;
      for (const inside of nodes) if (inside.namespace === name) raise(inside.uid, "removed");
    }
  }
  effects.delete(start);
  return effects;
}
