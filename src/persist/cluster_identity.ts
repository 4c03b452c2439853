import type { GraphReader } from "../graph/queries/reader.ts";
import type { KindStatus } from "../model/kind_status.ts";

/** A namespace that every cluster has. Its uid is unique to the cluster. */
const NAMESPACE = "kube-system";

/** The address and CA of the API server, which are known before it answers. */
export interface ApiServer {
  /** Its address. */
  readonly address: string;
  /** SHA-256 of its CA bundle, in hexadecimal. Undefined if it needs none. */
  readonly caSha256: string | undefined;
}

/**
 * Returns the identity of the cluster: the uid of its namespace kube-system or, if that cannot be read, the
 * address of its API server. Returns undefined until the Namespaces have been listed once or refused.
 */
export function clusterIdentity(
  graph: GraphReader,
  { statuses, address }: { statuses: readonly KindStatus[]; address: string },
): string | undefined {
  const status = statuses.find(({ kind }) => kind.isNamespace);
  if (status === undefined || status.state === "forbidden" || status.state === "absent") return address;
  const kind = graph.findKind(status.kind);
  if (kind === undefined || !graph.isSynced(kind)) return undefined;
  for (const row of graph.select({ kinds: [kind] })) {
    if (graph.text.text(graph.name(row)) === NAMESPACE) return graph.uid(row);
  }
  return address;
}
