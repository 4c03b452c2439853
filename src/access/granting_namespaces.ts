import type { GraphReader } from "../graph/queries/reader.ts";
import type { ResourceKind } from "../model/resource_kind.ts";

/**
 * Returns the namespaces in which somebody may have rights of their own: those with an object that grants
 * rights, or all if not all such objects are known.
 */
export function grantingNamespaces(
  graph: GraphReader,
  isLimited: (kind: ResourceKind, namespace: string) => boolean,
): string[] {
  const granting = graph.kinds.findIndex(({ grantsRights }) => grantsRights);
  const isWhole = granting !== -1 && graph.isSynced(granting) && !isLimited(graph.kinds[granting]!, "");
  return Array.from(graph.namespaces(isWhole ? granting : undefined), (id) => graph.text.text(id));
}
