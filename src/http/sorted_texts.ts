import type { GraphReader } from "../graph/queries/reader.ts";

/** The texts of string ids, in the order of their UTF-8 bytes. */
export function sortedTexts(graph: GraphReader, ids: Iterable<number>): string[] {
  return [...ids].sort((a, b) => graph.text.compare(a, b)).map((id) => graph.text.text(id));
}
