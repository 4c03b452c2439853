import type { GraphReader } from "../graph/queries/reader.ts";

export interface ResourceKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Returns the key of a resource, or of the missing target of a reference. */
export function resourceKey(graph: GraphReader, row: number): ResourceKey {
  return {
    kind: graph.kind(row).kind,
    namespace: graph.text.text(graph.namespace(row)),
    name: graph.text.text(graph.name(row)),
  };
}
