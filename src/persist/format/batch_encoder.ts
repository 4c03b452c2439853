import { ByteWriter } from "../../json/byte_writer.ts";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { encodeEdge } from "./edge_value.ts";
import { type DirtyKeys, EDGE_WORDS, MEMBER_WORDS, NODE_WORDS } from "../journal/journal.ts";
import { edgeKey, kindSetKey, nodeKey, releaseSetKey } from "./keys.ts";
import { NodeEncoder } from "./node_encoder.ts";
import type { Batch } from "../store.ts";
import type { UidWords } from "../journal/uid_words.ts";

const decoder = new TextDecoder();

/** Estimated size of a node, so that buffers seldom grow. */
const NODE_BYTES = 1_200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Turns dirty keys into the writes that make the database equal to the graph as it is now. */
export class BatchEncoder {
  readonly #graph: GraphReader;
  readonly #uids: UidWords;
  readonly #nodes: NodeEncoder;

  constructor(graph: GraphReader, uids: UidWords) {
    this.#graph = graph;
    this.#uids = uids;
    this.#nodes = new NodeEncoder(graph);
  }

  encode({ nodes, edges, members }: DirtyKeys): Batch {
    const batch: Mutable<Batch> = { set: [], delete: [], add: [], remove: [] };
    this.#addNodes(nodes, batch);
    for (let at = 0; at < edges.length; at += EDGE_WORDS) this.#addEdge(edges, at, batch);
    for (let at = 0; at < members.length; at += MEMBER_WORDS) this.#addMember(members, at, batch);
    return batch;
  }

  #addNodes(nodes: Uint32Array, batch: Mutable<Batch>): void {
    const out = new ByteWriter(this.#graph, (nodes.length / NODE_WORDS) * NODE_BYTES);
    const keys: string[] = [];
    const ends: number[] = [];
    for (let at = 0; at < nodes.length; at += NODE_WORDS) {
      const row = this.#uids.findRow(nodes, at);
      const uid = this.#uids.text(nodes, at);
      if (row === undefined) {
        batch.delete.push(nodeKey(uid));
        continue;
      }
      this.#nodes.encode(row, out);
      keys.push(nodeKey(uid));
      ends.push(out.length);
      for (const set of setsOf(this.#graph, row)) batch.add.push([set, uid]);
    }
    const bytes = out.written;
    // One text for all if every character is one byte: the client is slower with buffers.
    const text = decoder.decode(bytes);
    const isAscii = text.length === bytes.length;
    let start = 0;
    keys.forEach((key, i) => {
      const end = ends[i] ?? start;
      batch.set.push([key, isAscii ? text.slice(start, end) : bytes.subarray(start, end)]);
      start = end;
    });
  }

  #addEdge(edges: Uint32Array, at: number, batch: Mutable<Batch>): void {
    const from = this.#uids.text(edges, at);
    const to = this.#uids.text(edges, at + NODE_WORDS);
    const fromRow = this.#uids.findRow(edges, at);
    const toRow = this.#uids.findRow(edges, at + NODE_WORDS);
    const related = fromRow !== undefined && toRow !== undefined;
    const types = related ? this.#graph.relationTypes(fromRow, toRow) : [];
    if (types.length === 0) batch.delete.push(edgeKey(from, to));
    else batch.set.push([edgeKey(from, to), encodeEdge(types, from, to)]);
  }

  /** Adds a membership that ended, unless it has begun again: then its node is written, and adds it. */
  #addMember(members: Uint32Array, at: number, batch: Mutable<Batch>): void {
    const set = this.#uids.textOf(members[at + NODE_WORDS] ?? 0);
    const row = this.#uids.findRow(members, at);
    if (row !== undefined && setsOf(this.#graph, row).includes(set)) return;
    batch.remove.push([set, this.#uids.text(members, at)]);
  }
}

/** Returns the index sets that a resource is a member of. */
export function setsOf(graph: GraphReader, row: number): string[] {
  const sets = [kindSetKey(graph.text.text(graph.namespace(row)), graph.kind(row).kind)];
  const release = graph.namedRelease(row);
  if (release !== undefined) sets.push(releaseSetKey(graph.text.text(graph.releaseName(release))));
  return sets;
}
