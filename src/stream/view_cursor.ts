/**
 * One client's place in a view: in the snapshot, or in the ring. It holds a few numbers, whatever the client
 * has not read yet. A client that falls off the ring gets a snapshot in its place.
 *
 * The snapshot goes through the rows by number, first the nodes and then the relations, while members come
 * and go: what enters behind the cursor stands in the ring after the batch at which the snapshot began.
 */
import { CHANGED, ENTERED, ENTRY_WORDS, REMOVED } from "./ring.ts";
import type { View } from "./view.ts";

/**
 * Takes the deltas of a client. Rows are those of the view's graph, types are numbers in `RELATION_TYPES`.
 */
export interface DeltaSink {
  /** Whether the sink is full for now. */
  readonly isFull: boolean;
  /** The client must forget everything. */
  scopeChanged(): void;
  upsertNode(row: number): void;
  removeNode(uid: string): void;
  upsertEdge(type: number, from: number, to: number): void;
  removeEdge(type: number, from: number, to: number): void;
}

/** Rows that a cursor remembers at most. */
const WRITTEN_MAX = 10_000;

type Phase = "start" | "nodes" | "edges" | "ring";

export class ViewCursor {
  readonly #view: View;
  #phase: Phase = "start";
  /** The next row of a snapshot. */
  #row = 0;
  /** The batch to read from, and the next entry in it. */
  #batch = 0;
  #entry = 0;
  /**
   * Nodes that a client behind the view was sent, with the newest batch by then: it need not read older ones.
   */
  readonly #written = new Map<number, number>();

  /** Starts after `revision` where the view still holds it, else with a snapshot. */
  constructor(view: View, revision: number | undefined) {
    this.#view = view;
    const batch = revision === undefined ? undefined : view.ring.find(revision);
    if (batch === undefined) return;
    this.#phase = "ring";
    this.#batch = batch + 1;
  }

  /** Whether the client has the whole view, including the written deltas. */
  get isAtEnd(): boolean {
    return this.#phase === "ring" && this.#batch > this.#view.ring.last;
  }

  /** Writes until the sink is full or the client has all. The view must be fresh. */
  read(sink: DeltaSink): void {
    if (this.#phase === "start" || this.#batch < this.#view.ring.first) this.#restart(sink);
    while (this.#phase !== "ring" && !sink.isFull) this.#readSnapshot(sink);
    while (!this.isAtEnd && !sink.isFull) this.#readBatch(sink);
    if (this.isAtEnd || this.#written.size > WRITTEN_MAX) this.#written.clear();
  }

  #restart(sink: DeltaSink): void {
    sink.scopeChanged();
    this.#phase = "nodes";
    this.#row = 0;
    this.#batch = this.#view.ring.last + 1;
    this.#entry = 0;
  }

  #readSnapshot(sink: DeltaSink): void {
    const view = this.#view;
    const write = this.#phase === "nodes"
      ? (row: number) => sink.upsertNode(row)
      : (row: number) => this.#writeDeclared(row, sink);
    for (; this.#row < view.end; this.#row++) {
      if (sink.isFull) return;
      if (view.has(this.#row)) write(this.#row);
    }
    this.#phase = this.#phase === "nodes" ? "edges" : "ring";
    this.#row = 0;
  }

  #writeDeclared(row: number, sink: DeltaSink): void {
    const view = this.#view;
    view.graph.forEachRelation(row, (type, from, to) => {
      if (view.has(from) && view.has(to)) sink.upsertEdge(type, from, to);
    });
  }

  #readBatch(sink: DeltaSink): void {
    const batch = this.#view.ring.get(this.#batch);
    if (batch === undefined) throw new RangeError(`batch ${this.#batch} is not in the ring`);
    const { entries, removed } = batch;
    while (this.#entry < entries.length) {
      if (sink.isFull) return;
      const at = this.#entry;
      this.#entry += ENTRY_WORDS;
      this.#writeEntry([entries[at] ?? 0, entries[at + 1] ?? 0, entries[at + 2] ?? 0], { removed, sink });
    }
    this.#batch++;
    this.#entry = 0;
  }

  #writeEntry(
    [row, what, type]: readonly [row: number, what: number, type: number],
    { removed, sink }: { removed: readonly string[]; sink: DeltaSink },
  ): void {
    const view = this.#view;
    if (what === REMOVED) {
      // A resource that is back stands further on, as entered.
      const uid = removed[row] ?? "";
      sink.removeNode(uid);
    } else if (what === CHANGED) {
      if (view.has(row) && (this.#written.get(row) ?? -1) < this.#batch) this.#writeNode(row, sink);
    } else if (what === ENTERED) {
      if (view.has(row)) this.#writeEntered(row, sink);
    } else if (view.has(row) && view.has(what)) {
      if (view.graph.relationTypes(row, what).includes(type)) sink.upsertEdge(type, row, what);
      else sink.removeEdge(type, row, what);
    }
  }

  #writeNode(row: number, sink: DeltaSink): void {
    sink.upsertNode(row);
    this.#written.set(row, this.#view.ring.last);
  }

  #writeEntered(row: number, sink: DeltaSink): void {
    const view = this.#view;
    this.#writeNode(row, sink);
    view.graph.forEachTarget(row, (type, to) => {
      if (view.has(to)) sink.upsertEdge(type, row, to);
    });
    view.graph.forEachSource(row, (type, from) => {
      if (view.has(from)) sink.upsertEdge(type, from, row);
    });
  }
}
