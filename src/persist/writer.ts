/**
 * Writes the latest state of each dirty key in batches, many of them in a pipeline. It reads the result of
 * each batch: only acknowledged keys become clean, all others are dirty again.
 */
import type { Clock } from "../model/clock.ts";
import type { Counters, Observers } from "./counters.ts";
import type { BatchEncoder } from "./format/batch_encoder.ts";
import { type DirtyKeys, EDGE_WORDS, type Journal, MEMBER_WORDS, NODE_WORDS } from "./journal/journal.ts";
import type { Lease } from "./lease.ts";
import type { Batch, BatchResult, Store } from "./store.ts";

/** Limits of one pipeline, so that answers never wait long for the event loop. */
const SLICE_MS = 2;
const SLICE_KEYS = 250;

export interface WriterOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly encoder: BatchEncoder;
  readonly lease: Lease;
  readonly counters: Counters;
  readonly observers: Observers;
  /** The most keys of a batch. This number of dirty keys also makes a flush due. */
  readonly batchSize: number;
  /** The most milliseconds between two flushes. */
  readonly flushInterval: number;
  readonly clock: Clock;
}

/** The most keys of the database that a flush can have created, and can have deleted. */
export interface Flushed {
  readonly made: number;
  readonly deleted: number;
}

/** The results of one pipeline. */
interface Outcome extends Flushed {
  readonly failure: unknown;
}

export class Writer {
  readonly #options: WriterOptions;
  #dueAt: number;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#dueAt = options.clock.now() + options.flushInterval;
  }

  /** Milliseconds until the next flush is due; Infinity while nothing is dirty. */
  get due(): number {
    const { journal, batchSize, clock } = this.#options;
    if (journal.size === 0) return Infinity;
    return journal.size >= batchSize ? 0 : Math.max(0, this.#dueAt - clock.now());
  }

  /**
   * Writes until nothing is dirty, or the lease is lost. It builds the next pipeline while the database
   * processes one.
   *
   * @throws {Error} that tells why the database did not accept everything.
   */
  async flush(): Promise<Flushed> {
    const { journal, lease, counters, observers, clock, flushInterval } = this.#options;
    const start = performance.now();
    const sum = { made: 0, deleted: 0 };
    const sent: Promise<Outcome>[] = [];
    let failure: unknown;
    const settleFirst = async () => {
      const outcome = await sent.shift();
      sum.made += outcome?.made ?? 0;
      sum.deleted += outcome?.deleted ?? 0;
      failure ??= outcome?.failure;
    };
    try {
      while (failure === undefined && journal.size > 0 && await lease.keep()) {
        sent.push(this.#writeSlice());
        if (sent.length === 2) await settleFirst();
      }
    } finally {
      while (sent.length > 0) await settleFirst();
    }
    observers.flush((performance.now() - start) / 1000);
    if (failure !== undefined) throw failure;
    counters.lastFlush = clock.now();
    this.#dueAt = clock.now() + flushInterval;
    return sum;
  }

  /** Never rejects, because it may not be awaited yet. */
  async #writeSlice(): Promise<Outcome> {
    const { store, lease } = this.#options;
    const { keys, batches } = this.#takeSlice();
    let results: readonly BatchResult[] = [];
    let failure: unknown;
    try {
      results = await store.write(batches, lease.token);
      await this.#deleteAtLeast(batches.filter((_, i) => results[i] instanceof Error));
    } catch (error) {
      failure = error;
    }
    keys.forEach((dirty, i) => {
      const result = results[i] ?? failure ?? new Error("Redis did not answer");
      this.#settle(dirty, result === "written" || result === "refused" ? result : "failed");
      if (result instanceof Error) failure ??= result;
    });
    return {
      made: batches.reduce((sum, { set, add }) => sum + set.length + add.length, 0),
      deleted: batches.reduce((sum, batch) => sum + batch.delete.length + batch.remove.length, 0),
      failure,
    };
  }

  /** Sends only the deletions of a batch, which a full Redis accepts and which free memory. */
  async #deleteAtLeast(batches: readonly Batch[]): Promise<void> {
    const { store, lease } = this.#options;
    const deletions = batches.filter((it) => it.delete.length + it.remove.length > 0)
      .map((it) => ({ ...it, set: [], add: [] }));
    if (deletions.length > 0) await store.write(deletions, lease.token);
  }

  #takeSlice(): { keys: DirtyKeys[]; batches: Batch[] } {
    const { journal, encoder, observers, batchSize } = this.#options;
    const end = performance.now() + SLICE_MS;
    const keys: DirtyKeys[] = [];
    const batches: Batch[] = [];
    do {
      const dirty = journal.take(Math.min(batchSize, SLICE_KEYS));
      keys.push(dirty);
      batches.push(encoder.encode(dirty));
      observers.batch(count(dirty));
    } while (journal.size > 0 && keys.length * batchSize < SLICE_KEYS && performance.now() < end);
    return { keys, batches };
  }

  #settle(dirty: DirtyKeys, result: "written" | "refused" | "failed"): void {
    const { journal, lease, counters } = this.#options;
    counters.writes[result] += count(dirty);
    if (result === "written") journal.written(dirty);
    else journal.putBack(dirty);
    if (result === "refused") lease.lost();
  }
}

function count({ nodes, edges, members }: DirtyKeys): number {
  return nodes.length / NODE_WORDS + edges.length / EDGE_WORDS + members.length / MEMBER_WORDS;
}
