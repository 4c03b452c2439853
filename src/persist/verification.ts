/**
 * Takes snapshots: makes sure that the database equals the graph, and records that it does. In doubt, and
 * once an hour, it compares everything; otherwise it only counts the keys.
 *
 * A doubt ends only if, after a comparison, the database has the expected number of keys. A database that
 * evicts keys loses others while the missing ones are written.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import type { Claim } from "./claim.ts";
import type { Counters, Observers } from "./counters.ts";
import type { BatchEncoder } from "./format/batch_encoder.ts";
import type { Journal } from "./journal/journal.ts";
import { KeyCount, type Suspicion } from "./key_count.ts";
import type { Lease } from "./lease.ts";
import { reconcile } from "./reconcile.ts";
import type { Store } from "./store.ts";
import type { Writer } from "./writer.ts";

/** The time after which everything is compared, even if the count of keys is right. */
const COMPARED_EVERY_MS = 3_600_000;
/** The time until a comparison that did not help is repeated, if there are no periodic snapshots. */
const REPEATED_AFTER_MS = 300_000;
/** The number of differences at which a comparison writes them before it continues. */
const DIFFERENCES_MAX = 10_000;
/**
 * The most keys that a change of a resource creates or deletes: its own, and two sets that begin or end with
 * it.
 */
const KEYS_OF_A_CHANGE = 3;
const NO_WRITES = { made: 0, deleted: 0 };

export interface VerificationOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  readonly journal: Journal;
  readonly encoder: BatchEncoder;
  readonly writer: Writer;
  readonly lease: Lease;
  readonly claim: Claim;
  readonly counters: Counters;
  readonly observers: Observers;
  /** Milliseconds. 0: only in doubt. */
  readonly snapshotInterval: number;
  readonly log: Logger;
  readonly clock: Clock;
}

export class Verification {
  readonly #options: VerificationOptions;
  readonly #keyCount: KeyCount;
  #isInDoubt = true;
  /** Set while the database has a known defect. */
  #suspicion: Suspicion | undefined;
  /** Before the first sync most resources are about to change, so a comparison would help little. */
  #mayCompare = false;
  #isSynced = false;
  #comparedAt = -Infinity;
  #nextAt: number;

  constructor(options: VerificationOptions) {
    const { store, counters, clock, snapshotInterval } = options;
    this.#options = options;
    this.#keyCount = new KeyCount(store, counters);
    this.#nextAt = clock.now() + snapshotInterval;
  }

  /** The defect of the database, until a comparison finds none. */
  get complaint(): string | undefined {
    return this.#suspicion?.reason;
  }

  /** Records a doubt: the database may have differences that are not in the journal. */
  doubt(): void {
    this.#isInDoubt = true;
    this.#suspicion = undefined;
  }

  /** Allows comparisons before all kinds are listed, because the journal is not sufficient. */
  allow(): void {
    this.#mayCompare = true;
  }

  /** Records that all kinds are listed. It may be called repeatedly. */
  synced(): void {
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.allow();
    this.doubt();
  }

  /** Milliseconds until the next snapshot is due. */
  get due(): number {
    const { clock, snapshotInterval, journal } = this.#options;
    if (journal.takeForgotten()) this.doubt();
    if (!this.#mayCompare) return Infinity;
    const left = Math.max(0, this.#nextAt - clock.now());
    if (this.#isInDoubt) return this.#suspicion?.isUrgent === false ? left : 0;
    return snapshotInterval > 0 ? left : Infinity;
  }

  /** Writes all dirty keys, and updates the count of keys. */
  async flush(): Promise<void> {
    const { writer, journal } = this.#options;
    if (journal.size === 0) return;
    const flushed = await writer.flush();
    if (!this.#isInDoubt) this.#suspect(await this.#keyCount.check(flushed));
  }

  /**
   * Takes a snapshot: compares everything if there is doubt, then records that the database equals the graph.
   */
  async snapshot(signal: AbortSignal): Promise<void> {
    const { clock, lease } = this.#options;
    const start = performance.now();
    await this.flush();
    if (!this.#isInDoubt) this.#suspect(await this.#keyCount.check(NO_WRITES, { mayScan: true }));
    const isOld = clock.now() - this.#comparedAt >= COMPARED_EVERY_MS;
    const isCompared = this.#isInDoubt || isOld;
    if (isCompared && !await this.#compare(signal)) return;
    if (!lease.held) return;
    await this.#complete(start, isCompared ? "everything" : "the number of keys");
    this.#schedule();
  }

  /** Takes the snapshot of a shutdown, which has time to write, but not to compare. */
  async lastSnapshot(): Promise<void> {
    const { lease } = this.#options;
    const start = performance.now();
    await this.flush();
    if (!this.#isInDoubt && lease.held) await this.#complete(start, "nothing");
  }

  /**
   * Returns whether everything was compared, the differences were written, and the database now has all keys.
   */
  async #compare(signal: AbortSignal): Promise<boolean> {
    const { journal, writer, lease, claim, clock, log } = this.#options;
    // A doubt that arises during the comparison remains.
    this.#isInDoubt = false;
    const before = this.complaint;
    const changes = journal.graphChanges;
    let suspicion: Suspicion | undefined;
    let isComplete = false;
    try {
      const expected = await this.#reconcile(signal);
      if (expected !== undefined) {
        await writer.flush();
        await claim.repair();
        const tolerance = KEYS_OF_A_CHANGE * (journal.graphChanges - changes);
        suspicion = await this.#keyCount.begin({ keys: expected, tolerance });
        isComplete = true;
      }
    } finally {
      if (!isComplete || !lease.held || journal.takeForgotten()) this.doubt();
    }
    if (this.#isInDoubt) return false;
    this.#comparedAt = clock.now();
    this.#suspicion = undefined;
    this.#suspect(suspicion);
    if (suspicion === undefined) return true;
    if (suspicion.reason !== before) log.warn(suspicion.reason, this.#evictions());
    this.#schedule();
    return false;
  }

  /** Returns the expected number of our keys, or undefined if the comparison did not finish. */
  async #reconcile(signal: AbortSignal): Promise<number | undefined> {
    const { store, graph, journal, encoder, writer, lease } = this.#options;
    const goOn = async () => {
      if (journal.size >= DIFFERENCES_MAX) await writer.flush();
      return !signal.aborted && await lease.keep();
    };
    return await reconcile({ store, graph, journal, encoder, goOn });
  }

  #suspect(suspicion: Suspicion | undefined): void {
    if (suspicion === undefined) return;
    this.#isInDoubt = true;
    this.#suspicion = suspicion;
  }

  #evictions(): Record<string, number> {
    return { evictedKeys: this.#keyCount.evicted, missingKeys: this.#options.counters.missingKeys };
  }

  #schedule(): void {
    const { clock, snapshotInterval } = this.#options;
    this.#nextAt = clock.now() + (snapshotInterval || REPEATED_AFTER_MS);
  }

  async #complete(start: number, compared: string): Promise<void> {
    const { claim, counters, observers, log, clock } = this.#options;
    await claim.complete(clock.now());
    const milliseconds = Math.round(performance.now() - start);
    counters.lastSnapshot = clock.now();
    counters.snapshots++;
    observers.snapshot(milliseconds / 1000);
    log.info(`Snapshot completed in ${milliseconds}ms`, { compared });
  }
}
