/**
 * Keeps the graph in a database: loads it at the start, writes what changes behind it, and makes the
 * two equal again wherever they may differ. The database is a cache that survives us, never needed:
 * while it is away, slow, full or another's, the graph goes on, `status` says so, and once it is well
 * everything that differs is written.
 *
 * One loop does it all, one step at a time, so nothing here races with anything but the graph's
 * changes, which are in the journal.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { Alarm } from "./alarm.ts";
import { BatchEncoder } from "./format/batch_encoder.ts";
import { Claim, FOREIGN_PAUSE } from "./claim.ts";
import type { Clock } from "../model/clock.ts";
import { clusterIdentity } from "./cluster_identity.ts";
import { Journal } from "./journal/journal.ts";
import { Lease } from "./lease.ts";
import { Loading } from "./loading.ts";
import { PersistenceNumbers } from "./persistence_numbers.ts";
import type { RestoreTarget } from "./restore.ts";
import { Snapshots } from "./snapshots.ts";
import type { Store } from "./store.ts";
import { Writer } from "./writer.ts";

/** How long the start waits for a database before it goes on without. */
const RESTORE_PATIENCE = 2_000;
/** A database that gives its data more slowly is not worth the wait. */
const RESTORE_TIME = 60_000;
/** How long the end waits for a database. */
const LAST_FLUSH = 5_000;
const SHORTEST_RETRY = 500;
const LONGEST_RETRY = 30_000;

export interface PersistenceOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  /** `kindsChanged` is to be called when one of them changes. */
  readonly kindStatuses: () => readonly KindStatus[];
  /** The API server's address. */
  readonly server: string;
  /** Who writes, with its version. */
  readonly writer: string;
  readonly batchSize: number;
  /** Milliseconds. */
  readonly flushInterval: number;
  /** Milliseconds; 0: none but the one at shutdown. */
  readonly snapshotInterval: number;
  /** Whether another cluster's data is overwritten. */
  readonly adopt: boolean;
  readonly log: Logger;
  readonly clock: Clock;
}

export class Persistence {
  /** Is to listen to the graph once the restore has ended. */
  readonly journal: Journal;
  readonly numbers = new PersistenceNumbers();
  readonly #options: PersistenceOptions;
  readonly #lease: Lease;
  readonly #claim: Claim;
  readonly #loading: Loading;
  readonly #snapshots: Snapshots;
  readonly #alarm: Alarm;
  readonly #closing = new AbortController();
  #connection: Promise<void> | undefined;
  #isNewConnection = false;
  #firstSyncDone = false;
  #flushDue: number;
  #lastFlush: number | undefined;
  #error: string | undefined;
  #failures = 0;
  #retryAt = 0;
  /** Whether the last failure left open who writes: the lease was refused an answer, or the take-over. */
  #isClaimFailed = false;

  constructor(options: PersistenceOptions) {
    const { store, graph, clock, log, server, batchSize } = options;
    this.#options = options;
    this.#alarm = new Alarm(clock);
    this.#flushDue = clock.now() + options.flushInterval;
    this.journal = new Journal(graph, () => {
      if (this.journal.size >= batchSize) this.#alarm.ring();
    });
    const lease = new Lease({ store, clock, onTaken: () => this.#snapshots.doubt() });
    const encoder = new BatchEncoder(graph, this.journal.uids);
    const cluster = () => clusterIdentity(graph, { statuses: options.kindStatuses(), server });
    this.#lease = lease;
    const claim = new Claim({ ...options, lease, cluster });
    this.#claim = claim;
    const { journal, numbers } = this;
    const writer = new Writer({ store, journal, encoder, lease, numbers, batchSize });
    this.#loading = new Loading({ store, graph, claim, numbers, log });
    this.#snapshots = new Snapshots({ ...options, journal, encoder, lease, writer, claim, numbers });
    store.onConnection((connected) => {
      if (connected) numbers.connections++;
      this.#isNewConnection = connected;
      this.#alarm.ring();
    });
  }

  /** Whether the graph holds what was loaded. */
  get hasRestored(): boolean {
    return this.numbers.restoredNodes > 0;
  }

  get isConnected(): boolean {
    return this.#options.store.connected;
  }

  /** A kind is synced, or cannot be, or is not any more. */
  kindsChanged(): void {
    this.#alarm.ring();
  }

  /** For `/health`; times are RFC 3339. */
  status(): { readonly enabled: true; readonly [more: string]: unknown } {
    const { restoredNodes, lastSnapshot } = this.numbers;
    return {
      enabled: true,
      connected: this.#options.store.connected,
      role: this.#claim.role,
      dirtyKeys: this.journal.size,
      ...time("lastFlush", this.#lastFlush),
      ...time("lastSnapshot", lastSnapshot || undefined),
      ...present("lastError", this.#options.store.failure ?? this.#error),
      loadedNodes: restoredNodes,
      ...time("loadedFrom", this.#loading.savedAt),
    };
  }

  /**
   * Loads what was saved, where the database answers soon; the kinds of what it has. To be called
   * before anything else writes to the graph, and before the journal listens.
   */
  async restore(into: RestoreTarget, signal: AbortSignal): Promise<Iterable<ResourceKind>> {
    const start = performance.now();
    this.#connect();
    if (!await this.#connectsSoon(signal)) {
      if (!signal.aborted) {
        this.#options.log.warn("Redis does not answer: starting without what is saved there");
      }
      return [];
    }
    const { clock } = this.#options;
    const deadline = clock.now() + RESTORE_TIME;
    const leave = () => this.#closing.abort();
    signal.addEventListener("abort", leave);
    try {
      return await this.#loading.load(into, { start, goOn: () => clock.now() < deadline });
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Writes until `signal` aborts, then once more, and closes the database; settles within seconds. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let cancel = () => {};
    const stop = () => {
      this.#alarm.ring();
      cancel = clock.after(LAST_FLUSH, () => this.#closing.abort());
    };
    this.#connect();
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });

    while (!signal.aborted) await this.#alarm.wait(await this.#turn(signal));
    const wasStandby = this.#claim.role === "standby";
    await this.#finish();
    cancel();
    this.#closing.abort();
    await this.#connection;
    // What a standby has not saved, the writer has.
    if (this.journal.size > 0 && !wasStandby) {
      log.warn("Stopped with changes unsaved", { keys: this.journal.size });
    }
  }

  #connect(): void {
    this.#connection ??= this.#options.store.run(this.#closing.signal);
  }

  async #connectsSoon(signal: AbortSignal): Promise<boolean> {
    const { store, clock } = this.#options;
    const deadline = clock.now() + RESTORE_PATIENCE;
    const wake = () => this.#alarm.ring();
    signal.addEventListener("abort", wake);
    while (!store.connected && !signal.aborted && clock.now() < deadline) {
      await this.#alarm.wait(deadline - clock.now());
    }
    signal.removeEventListener("abort", wake);
    return store.connected;
  }

  /** One step, and the milliseconds until the next one is due. */
  async #turn(signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#options;
    try {
      this.#loading.judge();
      if (!store.connected) return Infinity;
      if (this.#isNewConnection) await this.#greet();
      if (this.#isClaimFailed && clock.now() < this.#retryAt) return this.#untilRetry();
      this.#isClaimFailed = true;
      const isWriter = await this.#claim.hold();
      this.#isClaimFailed = false;
      if (!isWriter) return this.#claimDue();
      if (clock.now() < this.#retryAt) return this.#untilRetry();
      await this.#write(signal);
      this.#succeeded();
    } catch (error) {
      return this.#failed(error);
    }
    const untilFlush = this.journal.size > 0 ? this.#flushDue - clock.now() : Infinity;
    const untilSnapshot = this.#isComparable() ? this.#snapshots.due : Infinity;
    return Math.max(0, Math.min(this.#lease.due, untilFlush, untilSnapshot));
  }

  /** Milliseconds until it may be allowed to write. */
  #claimDue(): number {
    const { role } = this.#claim;
    return role === "standby" ? this.#lease.due : role === "foreign" ? FOREIGN_PAUSE : Infinity;
  }

  async #greet(): Promise<void> {
    this.#lease.renew();
    this.#snapshots.doubt();
    await this.#claim.read();
    this.#isNewConnection = false;
    this.#isClaimFailed = false;
    this.#retryAt = 0;
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { clock, batchSize, flushInterval, kindStatuses } = this.#options;
    if (!this.#firstSyncDone && kindStatuses().every(isSettled)) {
      this.#firstSyncDone = true;
      this.#snapshots.doubt();
    }
    if (this.journal.size >= batchSize || clock.now() >= this.#flushDue) {
      await this.#snapshots.flush();
      this.#lastFlush = clock.now();
      this.#flushDue = clock.now() + flushInterval;
    }
    if (this.#isComparable() && this.#snapshots.due <= 0) await this.#snapshots.take(signal);
  }

  /** Before the first sync all is about to change; but a database that was away may have lost all. */
  #isComparable(): boolean {
    return this.#firstSyncDone || this.numbers.connections > 1;
  }

  async #finish(): Promise<void> {
    const { store, log } = this.#options;
    try {
      if (!store.connected || !await this.#claim.hold()) return;
      await this.#snapshots.takeLast();
      await this.#lease.giveUp();
    } catch (error) {
      log.warn("Could not save everything", { error });
    }
  }

  #succeeded(): void {
    if (this.#error !== undefined) this.#options.log.info("Redis takes writes again");
    this.#error = undefined;
    this.#failures = 0;
  }

  /** Takes note of a failure, and the milliseconds until the next try. */
  #failed(error: unknown): number {
    const { store, clock, log } = this.#options;
    const { message } = error as Error;
    const isKnown = message === this.#error;
    this.#error = message;
    if (!store.connected) return this.#isNewConnection ? 0 : Infinity;
    if (!isKnown) log.warn("Could not save", { error });
    const delay = Math.min(LONGEST_RETRY, SHORTEST_RETRY * 2 ** this.#failures++);
    this.#retryAt = clock.now() + delay * (1 - clock.random() / 2);
    return this.#untilRetry();
  }

  /** Whoever is refused a write has not gone away: meanwhile the lease is prolonged. */
  #untilRetry(): number {
    const patience = Math.max(0, this.#retryAt - this.#options.clock.now());
    return this.#lease.held && !this.#isClaimFailed ? Math.min(patience, this.#lease.due) : patience;
  }
}

function isSettled({ state }: KindStatus): boolean {
  return state === "synced" || state === "forbidden" || state === "absent";
}

function time(field: string, milliseconds: number | undefined): Record<string, string> {
  return present(field, milliseconds === undefined ? undefined : new Date(milliseconds).toISOString());
}

function present(field: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [field]: value };
}
