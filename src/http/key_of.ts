import type { GraphReader } from "../graph/queries/reader.ts";

export interface Key {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a resource, or one that is referred to and not there, is called. */
export function keyOf(graph: GraphReader, row: number): Key {
  return {
    kind: graph.kind(row).kind,
    namespace: graph.text.text(graph.namespace(row)),
    name: graph.text.text(graph.name(row)),
  };
}
