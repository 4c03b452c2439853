import type { NamedTarget } from "../graph/queries/named_target.ts";
import type { GraphReader } from "../graph/queries/reader.ts";

export interface ResourceKey {
  readonly kind: string;
  /** Only the cursors of custom kinds have it. */
  readonly group?: string | undefined;
  readonly namespace: string;
  readonly name: string;
}

/** Returns the key of a resource. */
export function resourceKey(graph: GraphReader, row: number): ResourceKey {
  const [kind, namespace, name] = [graph.kindNumber(row), graph.namespace(row), graph.name(row)];
  return targetKey(graph, { kind, namespace, name });
}

/** Returns the key of the target that a reference names. */
export function targetKey(
  graph: GraphReader,
  { kind, namespace, name }: Pick<NamedTarget, "kind" | "namespace" | "name">,
): ResourceKey {
  return {
    kind: graph.kinds[kind]?.kind ?? "",
    namespace: graph.text.text(namespace),
    name: graph.text.text(name),
  };
}
