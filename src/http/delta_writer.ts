/** Writes the deltas of one message of the change stream, as JSON, until it is full. */
import type { GraphReader } from "../graph/queries/reader.ts";
import { ByteWriter, fragment } from "../json/byte_writer.ts";
import type { DeltaSink } from "../stream/view_cursor.ts";
import { Encoder } from "./encode.ts";

const COMMA = fragment(",");
const END = fragment("}");
const UPSERT_NODE = fragment('{"op":"upsert_node","node":');
const UPSERT_EDGE = fragment('{"op":"upsert_edge","edge":');
const REMOVE_EDGE = fragment('{"op":"remove_edge","edge":');
const REMOVE_NODE = fragment('{"op":"remove_node","uid":');

export interface DeltaWriterOptions {
  readonly labels: boolean;
  /** A message of this many bytes is full; its last delta may go beyond. */
  readonly bytesMax: number;
  /** The beginning of the message, before the deltas. */
  readonly head: string;
  /** The buffer for the message. Nothing else may write into it until the message is finished. */
  readonly buffer: ArrayBuffer;
}

export class DeltaWriter implements DeltaSink {
  readonly #graph: GraphReader;
  readonly #out: ByteWriter;
  readonly #encoder: Encoder;
  readonly #labels: boolean;
  readonly #bytesMax: number;
  #count = 0;

  constructor(graph: GraphReader, { labels, bytesMax, head, buffer }: DeltaWriterOptions) {
    this.#graph = graph;
    this.#labels = labels;
    this.#bytesMax = bytesMax;
    this.#out = new ByteWriter(graph, buffer);
    this.#encoder = new Encoder(graph, this.#out, undefined);
    this.#out.ascii(`${head}{"rv":"${graph.rv}","deltas":[`);
  }

  get isFull(): boolean {
    return this.#out.length >= this.#bytesMax;
  }

  /** The number of written deltas. */
  get count(): number {
    return this.#count;
  }

  /** Ends the message. Returns a copy of it, of no more than its size. */
  finish({ partial, tail }: { readonly partial: boolean; readonly tail: string }): Uint8Array<ArrayBuffer> {
    this.#out.ascii(`]${partial ? ',"partial":true' : ""}}${tail}`);
    return this.#out.written.slice();
  }

  scopeChanged(): void {
    this.#next();
    this.#out.ascii(`{"op":"scope_changed","rv":"${this.#graph.rv}"}`);
  }

  upsertNode(row: number): void {
    this.#next();
    this.#out.put(UPSERT_NODE);
    this.#encoder.node(row, this.#labels);
    this.#out.put(END);
  }

  removeNode(uid: string): void {
    this.#next();
    this.#out.put(REMOVE_NODE);
    this.#out.utf8(JSON.stringify(uid));
    this.#out.put(END);
  }

  upsertEdge(type: number, from: number, to: number): void {
    this.#next();
    this.#out.put(UPSERT_EDGE);
    this.#encoder.edge(type, from, to);
    this.#out.put(END);
  }

  removeEdge(type: number, from: number, to: number): void {
    this.#next();
    this.#out.put(REMOVE_EDGE);
    this.#encoder.edge(type, from, to);
    this.#out.put(END);
  }

  #next(): void {
    if (this.#count++ > 0) this.#out.put(COMMA);
  }
}
