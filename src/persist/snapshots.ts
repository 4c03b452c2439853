/**
 * Makes sure that the database equals the graph. Where nothing speaks against it, the database's run
 * and the number of its keys tell; in doubt, and once an hour, all is compared.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { BatchEncoder } from "./format/batch_encoder.ts";
import type { Claim } from "./claim.ts";
import type { Clock } from "../model/clock.ts";
import type { Journal } from "./journal/journal.ts";
import { KeyCount } from "./key_count.ts";
import type { Lease } from "./lease.ts";
import type { PersistenceNumbers } from "./persistence_numbers.ts";
import { reconcile } from "./reconcile.ts";
import type { Store } from "./store.ts";
import type { Writer } from "./writer.ts";

/** After so long all is compared, even where the count of keys is right. */
const COMPARED_EVERY = 3_600_000;
/** What a comparison finds is written before it outgrows the journal. */
const MOST_DIFFERENCES = 10_000;

export interface SnapshotsOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  readonly journal: Journal;
  readonly encoder: BatchEncoder;
  readonly writer: Writer;
  readonly lease: Lease;
  readonly claim: Claim;
  readonly numbers: PersistenceNumbers;
  /** Milliseconds; 0: none unless in doubt. */
  readonly snapshotInterval: number;
  readonly log: Logger;
  readonly clock: Clock;
}

export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #keyCount: KeyCount;
  /** The database may differ from the graph by more than the journal says. */
  #inDoubt = true;
  #comparedAt = 0;
  #next: number;

  constructor(options: SnapshotsOptions) {
    const { store, numbers, clock, snapshotInterval } = options;
    this.#options = options;
    this.#keyCount = new KeyCount(store, numbers);
    this.#next = clock.now() + snapshotInterval;
  }

  doubt(): void {
    this.#inDoubt = true;
  }

  /** Milliseconds until the next one is to be taken. */
  get due(): number {
    const { clock, snapshotInterval, journal } = this.#options;
    if (journal.takeForgotten()) this.#inDoubt = true;
    if (this.#inDoubt) return 0;
    return snapshotInterval > 0 ? Math.max(0, this.#next - clock.now()) : Infinity;
  }

  /** Writes what is dirty, and keeps count. */
  async flush(): Promise<void> {
    const { writer, journal } = this.#options;
    if (journal.size === 0) return;
    const flushed = await writer.flush();
    if (!this.#inDoubt) await this.#keyCount.isExplainedBy(flushed);
  }

  async take(signal: AbortSignal): Promise<void> {
    const { clock, lease, snapshotInterval } = this.#options;
    const start = performance.now();
    await this.flush();
    const isOld = clock.now() - this.#comparedAt >= COMPARED_EVERY;
    const isDoubtful = this.#inDoubt || isOld || !await this.#keyCount.isExplainedBy({ made: 0, deleted: 0 });
    if (isDoubtful && !await this.#compare(signal)) return;
    if (!lease.held) return;
    await this.#completed(start, isDoubtful ? "everything" : "the number of keys");
    await this.#keyCount.begin();
    this.#next = clock.now() + snapshotInterval;
  }

  /** Before the end there is time to write, not to compare. */
  async takeLast(): Promise<void> {
    const { lease } = this.#options;
    const start = performance.now();
    await this.flush();
    if (!this.#inDoubt && lease.held) await this.#completed(start, "nothing");
  }

  /** Whether all was compared, and what differed was written. What gives rise to doubt meanwhile counts. */
  async #compare(signal: AbortSignal): Promise<boolean> {
    const { journal, writer, lease, clock } = this.#options;
    this.#inDoubt = false;
    let complete = false;
    try {
      complete = await this.#reconcile(signal);
      if (complete) await writer.flush();
    } finally {
      if (!complete || !lease.held || journal.takeForgotten()) this.#inDoubt = true;
    }
    if (!this.#inDoubt) this.#comparedAt = clock.now();
    return !this.#inDoubt;
  }

  async #reconcile(signal: AbortSignal): Promise<boolean> {
    const { store, graph, journal, encoder, writer, lease } = this.#options;
    const goOn = async () => {
      if (journal.size >= MOST_DIFFERENCES) await writer.flush();
      return !signal.aborted && await lease.keep();
    };
    return await reconcile({ store, graph, journal, encoder, goOn });
  }

  async #completed(start: number, compared: string): Promise<void> {
    const { claim, numbers, log, clock } = this.#options;
    await claim.complete(clock.now());
    const milliseconds = Math.round(performance.now() - start);
    numbers.lastSnapshot = clock.now();
    numbers.snapshots.add(milliseconds);
    log.info(`Snapshot completed in ${milliseconds}ms`, { compared });
  }
}
