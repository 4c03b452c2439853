/** A client of the change stream. It keeps the state that results from the messages. */

export interface Message {
  readonly rv: string;
  readonly deltas: readonly Delta[];
  readonly partial?: true;
  readonly stale?: readonly string[];
  /** The id of the event, in an event stream. */
  readonly id?: string;
}

interface Edge {
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

interface Node {
  readonly uid: string;
  readonly [field: string]: unknown;
}

export type Delta =
  | { readonly op: "scope_changed"; readonly rv: string }
  | { readonly op: "upsert_node"; readonly node: Node }
  | { readonly op: "remove_node"; readonly uid: string }
  | { readonly op: "upsert_edge" | "remove_edge"; readonly edge: Edge };

/** The content that both a graph answer and a stream have, in a fixed order. */
export interface Picture {
  readonly nodes: readonly Node[];
  readonly edges: readonly string[];
}

export class Watcher {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #nodes = new Map<string, Node>();
  readonly #edges = new Map<string, Edge>();
  #text = "";
  /** Everything received, including comments and empty lines. */
  received = "";
  readonly messages: Message[] = [];
  /** The revision of the last message that was not partial. */
  rv: string | undefined;
  isPartial = false;
  isEnded = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** Continues with another connection. */
  resume(body: ReadableStream<Uint8Array>): Watcher {
    const resumed = new Watcher(body);
    for (const [uid, node] of this.#nodes) resumed.#nodes.set(uid, node);
    for (const [key, edge] of this.#edges) resumed.#edges.set(key, edge);
    resumed.rv = this.rv;
    return resumed;
  }

  /** Waits for one chunk and applies it. */
  async read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) {
      this.isEnded = true;
      return;
    }
    const text = this.#decoder.decode(value, { stream: true });
    this.received += text;
    this.#text += text;
    this.#take();
  }

  /** Reads until the stream ends or is cancelled. */
  async follow(): Promise<void> {
    while (!this.isEnded) await this.read();
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  get picture(): Picture {
    return {
      nodes: [...this.#nodes.values()].sort((a, b) => a.uid < b.uid ? -1 : 1),
      edges: [...this.#edges.keys()].sort(),
    };
  }

  #take(): void {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end === -1) return;
      const isEvent = /^(data|id|retry|:)/.test(this.#text);
      const stop = isEvent ? this.#text.indexOf("\n\n") : end;
      if (stop === -1) return;
      const frame = this.#text.slice(0, stop);
      this.#text = this.#text.slice(stop + (isEvent ? 2 : 1));
      const data = isEvent ? /^data: (.*)$/m.exec(frame)?.[1] : frame;
      const id = isEvent ? /^id: (.*)$/m.exec(frame)?.[1] : undefined;
      if (data) this.#apply({ ...JSON.parse(data), ...id !== undefined && { id } });
    }
  }

  #apply(message: Message): void {
    this.messages.push(message);
    for (const delta of message.deltas) this.#applyDelta(delta);
    this.isPartial = message.partial === true;
    if (!this.isPartial) this.rv = message.rv;
  }

  #applyDelta(delta: Delta): void {
    if (delta.op === "scope_changed") {
      this.#nodes.clear();
      this.#edges.clear();
      this.rv = undefined;
    } else if (delta.op === "upsert_node") this.#nodes.set(delta.node.uid, delta.node);
    else if (delta.op === "remove_node") {
      this.#nodes.delete(delta.uid);
      for (const [key, { from, to }] of this.#edges) {
        if (from === delta.uid || to === delta.uid) this.#edges.delete(key);
      }
    } else if (delta.op === "upsert_edge") this.#edges.set(textOf(delta.edge), delta.edge);
    else this.#edges.delete(textOf(delta.edge));
  }
}

/** Returns the same state for an answer of `/api/v1/graph`. */
export function pictureOf({ nodes, edges }: { nodes: readonly Node[]; edges: readonly Edge[] }): Picture {
  return {
    nodes: nodes.map((node) => {
      const { age: _, ...metadata } = node.metadata as Record<string, unknown>;
      return { ...node, metadata };
    }).sort((a, b) => a.uid < b.uid ? -1 : 1),
    edges: edges.map(textOf).sort(),
  };
}

function textOf({ type, from, to }: Edge): string {
  return `${from} ${type} ${to}`;
}
