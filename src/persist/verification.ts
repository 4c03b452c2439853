/**
 * Makes sure that the database equals the graph, and says so when it does: that is a snapshot. In doubt, and once
 * an hour, it compares everything; otherwise counting keys is enough.
 *
 * A comparison counts what it finds. Only a database that afterwards has the keys that the graph accounts for is
 * beyond doubt: one that evicts keys to make room loses others while the missing ones are written.
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

/** After so long everything is compared, even where the count of keys is right. */
const COMPARED_EVERY_MS = 3_600_000;
/** How soon a comparison is repeated that did not help, where there are no periodic snapshots. */
const REPEATED_AFTER_MS = 300_000;
/** A comparison that has found so many differences writes them before it goes on. */
const DIFFERENCES_MAX = 10_000;
/** A change of a resource makes or deletes so many keys at most: its own, and the last or first of two sets. */
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
  /** Milliseconds; 0: none unless in doubt. */
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
  /** Before the first sync everything is about to change, so a comparison would be of little use. */
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

  /** Notes that the database may differ from the graph by more than the journal says. */
  doubt(): void {
    this.#isInDoubt = true;
    this.#suspicion = undefined;
  }

  /** Lets doubts lead to comparisons, even though kinds are not listed yet: the journal alone does not suffice. */
  allow(): void {
    this.#mayCompare = true;
  }

  /** Notes that all kinds are listed. To be called as often as one likes. */
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

  /** Writes all dirty keys, and keeps count. */
  async flush(): Promise<void> {
    const { writer, journal } = this.#options;
    if (journal.size === 0) return;
    const flushed = await writer.flush();
    if (!this.#isInDoubt) this.#suspect(await this.#keyCount.check(flushed));
  }

  /** Takes a snapshot: compares everything where there is doubt, then says that the database equals the graph. */
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

  /** Before the end there is time to write, not to compare. */
  async lastSnapshot(): Promise<void> {
    const { lease } = this.#options;
    const start = performance.now();
    await this.flush();
    if (!this.#isInDoubt && lease.held) await this.#complete(start, "nothing");
  }

  /** Returns whether everything was compared, what differed was written, and the database has it now. */
  async #compare(signal: AbortSignal): Promise<boolean> {
    const { journal, writer, lease, claim, clock, log } = this.#options;
    // A doubt that comes up meanwhile counts.
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

  /** Returns how many keys of ours the graph accounts for, or undefined where the comparison did not end. */
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
