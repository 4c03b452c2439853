import type { GraphReader } from "../graph/queries/reader.ts";
import type { KindStatus } from "../model/kind_status.ts";

/** The namespace that every cluster has, and never a second time. */
const NAMESPACE = "kube-system";

/**
 * What a cluster is known by: the uid of its namespace kube-system, or, where that cannot be read, its
 * API server's address. Undefined until Namespaces have been listed once, or are refused.
 */
export function clusterIdentity(
  graph: GraphReader,
  { statuses, server }: { statuses: readonly KindStatus[]; server: string },
): string | undefined {
  const status = statuses.find(({ kind }) => kind.isNamespace);
  if (status === undefined || status.state === "forbidden" || status.state === "absent") return server;
  const kind = graph.kinds.indexOf(status.kind);
  if (!graph.isSynced(kind)) return undefined;
  for (const row of graph.select({ kinds: [kind] })) {
    if (graph.text.text(graph.name(row)) === NAMESPACE) return graph.uid(row);
  }
  return server;
}
