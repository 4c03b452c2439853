/**
 * Keeps the graph in a database: restores it at the start, writes its changes, and repairs differences. The
 * database is a cache that survives the process, never a dependency: while it is down, slow, full or holds
 * another cluster's data, the graph continues without it, `status` reports the reason, and after that every
 * difference is written.
 *
 * One loop does all the work, one step at a time, so it can race only with changes of the graph, which are in
 * the journal. Its states (`State`) and their transitions:
 *
 *     disconnected ⇄ connected ─▶ waiting ─▶ foreign | standby | writer
 *
 * A new connection always begins at `connected`, where the metadata is read. Every later step decides again
 * among the last four: is our cluster known, is the database ours, do we hold the lease?
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { PersistenceNumbers } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { Alarm } from "./alarm.ts";
import { Claim } from "./claim.ts";
import { type ApiServer, clusterIdentity } from "./cluster_identity.ts";
import { Counters, NO_OBSERVERS, type Observers } from "./counters.ts";
import { BatchEncoder } from "./format/batch_encoder.ts";
import { LEASE_KEY } from "./format/keys.ts";
import { Journal } from "./journal/journal.ts";
import { Lease } from "./lease.ts";
import type { RestoreTarget } from "./restore.ts";
import { RestoredGraph } from "./restored_graph.ts";
import { type FailedStep, Retry } from "./retry.ts";
import type { Store } from "./store.ts";
import { Verification } from "./verification.ts";
import { Writer } from "./writer.ts";

/** The time that the start waits for a database before it continues without. */
const CONNECT_TIMEOUT_MS = 2_000;
/** The time limit of a restore. */
const RESTORE_TIMEOUT_MS = 60_000;
/** The time that the shutdown waits for a database. */
const LAST_FLUSH_TIMEOUT_MS = 5_000;
/** The time between two checks whether a database still holds another cluster's data. */
const FOREIGN_PAUSE_MS = 30_000;
/** The time between two checks of a restored replica for another writer, before it knows its cluster. */
const LOOK_PAUSE_MS = 1_000;
/** The outage of the API server after which an old graph is better than none. */
const API_SERVER_PATIENCE_MS = 60_000;

/**
 * `waiting`: there is no connection, or our cluster is not known yet; `foreign`: another cluster's database.
 */
export const ROLES = ["waiting", "foreign", "standby", "writer"] as const;

export type Role = typeof ROLES[number];

type State =
  | { readonly name: "disconnected" | "connected" | "waiting" | "standby" | "writer" }
  | { readonly name: "foreign"; readonly askAgainAt: number };

export interface PersistenceOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  /** Call `kindsChanged` when one of them changes. */
  readonly kindStatuses: () => readonly KindStatus[];
  readonly apiServer: ApiServer;
  /** The name of this writer, with its version. */
  readonly writer: string;
  readonly batchSize: number;
  /** Milliseconds. */
  readonly flushInterval: number;
  /** Milliseconds. 0: only at shutdown. */
  readonly snapshotInterval: number;
  /** Whether to overwrite another cluster's data. */
  readonly adopt: boolean;
  readonly observers?: Observers | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

export class Persistence {
  /** Must listen to the graph once the restore has ended. */
  readonly journal: Journal;
  readonly #options: PersistenceOptions;
  readonly #counters = new Counters();
  readonly #lease: Lease;
  readonly #claim: Claim;
  readonly #writer: Writer;
  readonly #verification: Verification;
  readonly #restored: RestoredGraph;
  readonly #alarm: Alarm;
  readonly #retry: Retry;
  readonly #closing = new AbortController();
  readonly #startedAt: number;
  #connection: Promise<void> | undefined;
  #state: State = { name: "disconnected" };
  #isOtherWriterAlive = false;

  constructor(options: PersistenceOptions) {
    const { store, graph, clock, log, batchSize, apiServer, observers = NO_OBSERVERS } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#alarm = new Alarm(clock);
    this.#retry = new Retry(clock);
    this.journal = new Journal(graph, () => {
      if (this.journal.size >= batchSize) this.#alarm.ring();
    });
    const lease = new Lease({ store, clock, onTaken: () => this.#verification.doubt() });
    const cluster = () =>
      clusterIdentity(graph, { statuses: options.kindStatuses(), address: apiServer.address });
    const customKinds = () => graph.kinds.filter((kind, number) => kind.custom && graph.hasKind(number));
    const claim = new Claim({ ...options, lease, cluster, customKinds });
    const counters = this.#counters;
    const encoder = new BatchEncoder(graph, this.journal.uids);
    const parts = { ...options, journal: this.journal, encoder, lease, claim, counters, observers };
    this.#lease = lease;
    this.#claim = claim;
    this.#writer = new Writer(parts);
    this.#verification = new Verification({ ...parts, writer: this.#writer });
    this.#restored = new RestoredGraph({ store, graph, claim, counters, log });
    store.onConnection((connected) => {
      if (connected) counters.connections++;
      this.#retry.hurry();
      this.#state = { name: connected ? "connected" : "disconnected" };
      this.#alarm.ring();
    });
  }

  get role(): Role {
    const { name } = this.#state;
    if (name === "disconnected" || name === "connected") return "waiting";
    return name === "writer" && !this.#lease.held ? "standby" : name;
  }

  /**
   * Whether a restored graph may be served before it is synced. If another writer is alive, that replica
   * already follows the cluster, so this one waits until it is synced, but at most a minute without an answer
   * from the API server.
   */
  get servesRestored(): boolean {
    if (this.#counters.restoredNodes === 0) return false;
    return !this.#isOtherWriterAlive || this.#isApiServerSilent();
  }

  /** Must be called when the state of a kind has changed. */
  kindsChanged(): void {
    this.#alarm.ring();
  }

  /** Returns the fields of `/health`; times are RFC 3339. */
  status(): { readonly enabled: true; readonly [more: string]: unknown } {
    const { restoredNodes, lastFlush, lastSnapshot } = this.#counters;
    return {
      enabled: true,
      connected: this.#options.store.connected,
      role: this.role,
      dirtyKeys: this.journal.size,
      ...time("lastFlush", lastFlush),
      ...time("lastSnapshot", lastSnapshot),
      ...present(
        "lastError",
        this.#options.store.failure ?? this.#retry.message ?? this.#verification.complaint,
      ),
      loadedNodes: restoredNodes,
      ...time("loadedFrom", this.#restored.savedAt),
      ...present("loadedPartly", this.#restored.gap),
    };
  }

  numbers(): PersistenceNumbers {
    const { role } = this;
    return {
      ...this.#counters,
      connected: this.#options.store.connected,
      roles: Object.fromEntries(ROLES.map((it) => [it, Number(it === role)])),
      dirtyKeys: this.journal.size,
    };
  }

  /**
   * Restores the saved graph if the database answers soon. Returns the kinds of the restored resources. Call
   * it before anything else writes to the graph, and before the journal listens.
   */
  async restore(into: RestoreTarget, signal: AbortSignal): Promise<Iterable<ResourceKind>> {
    const start = performance.now();
    this.#connect();
    if (!await this.#connectsSoon(signal)) {
      if (!signal.aborted) {
        this.#options.log.warn("Redis does not answer: starting without the saved graph");
      }
      return [];
    }
    const { clock } = this.#options;
    const deadline = clock.now() + RESTORE_TIMEOUT_MS;
    const leave = () => this.#closing.abort();
    signal.addEventListener("abort", leave);
    try {
      const kinds = await this.#restored.load(into, { start, goOn: () => clock.now() < deadline });
      await this.#lookForWriter().catch(() => {});
      return kinds;
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
      cancel = clock.after(LAST_FLUSH_TIMEOUT_MS, () => this.#closing.abort());
    };
    this.#connect();
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });

    while (!signal.aborted) await this.#alarm.wait(await this.#turn(signal));
    await this.#finish();
    cancel();
    this.#closing.abort();
    await this.#connection;
    if (this.journal.size > 0) log.warn("Stopped with unsaved changes", { keys: this.journal.size });
    // Changes of the graph from now on are not saved.
    this.journal.pause();
  }

  #connect(): void {
    this.#connection ??= this.#options.store.run(this.#closing.signal);
  }

  async #connectsSoon(signal: AbortSignal): Promise<boolean> {
    const { store, clock } = this.#options;
    const deadline = clock.now() + CONNECT_TIMEOUT_MS;
    const wake = () => this.#alarm.ring();
    signal.addEventListener("abort", wake);
    while (!store.connected && !signal.aborted && clock.now() < deadline) {
      await this.#alarm.wait(deadline - clock.now());
    }
    signal.removeEventListener("abort", wake);
    return store.connected;
  }

  /** Takes one step. Returns the milliseconds until the next one is due. */
  async #turn(signal: AbortSignal): Promise<number> {
    const state = this.#state;
    let step: FailedStep = "claim";
    try {
      this.#restored.judge();
      if (state.name === "disconnected") return Infinity;
      if (this.#retry.waitsFor("claim")) return this.#retry.due;
      if (state.name === "connected") await this.#greet(state);
      if (!await this.#claimLease()) {
        // Redis has answered, and there is nothing to write.
        if (this.role === "standby" || this.role === "foreign") this.#retry.succeeded();
        return await this.#untilClaim();
      }
      if (this.#retry.waitsFor("write")) return this.#untilRetry();
      step = "write";
      await this.#write(signal);
      if (this.#retry.succeeded()) this.#options.log.info("Redis accepts writes again");
    } catch (error) {
      return this.#failed(error as Error, { state, step });
    }
    return Math.min(this.#lease.due, this.#writer.due, this.#verification.due);
  }

  /** Reads the metadata of a newly connected database, into which others may have written in the meantime. */
  async #greet(state: State): Promise<void> {
    this.#lease.renew();
    this.#verification.doubt();
    if (this.#counters.connections > 1) this.#verification.allow();
    await this.#claim.read();
    this.#move(state, { name: "waiting" });
  }

  /** Moves to the state that the claim and the lease allow. Returns whether that is `writer`. */
  async #claimLease(): Promise<boolean> {
    const { clock } = this.#options;
    const state = this.#state;
    if (state.name === "disconnected" || state.name === "connected") return false;
    if (state.name === "foreign" && clock.now() >= state.askAgainAt) await this.#claim.read();
    const { owner } = this.#claim;
    if (owner === "unknown") return this.#move(state, { name: "waiting" });
    if (owner === "another") return this.#move(state, this.#foreignState(state));
    const isContinued = state.name === "writer" && this.#lease.held;
    if (!await this.#lease.keep()) return this.#move(state, { name: "standby" });
    if (isContinued || await this.#claim.takeOver()) return this.#move(state, { name: "writer" });
    await this.#lease.giveUp();
    return this.#move(state, this.#foreignState(state));
  }

  #foreignState(from: State): State {
    const now = this.#options.clock.now();
    if (from.name === "foreign" && now < from.askAgainAt) return from;
    return { name: "foreign", askAgainAt: now + FOREIGN_PAUSE_MS };
  }

  /** Enters the next state, unless the connection has been lost or replaced. Returns whether we may write. */
  #move(from: State, to: State): boolean {
    if (this.#state !== from) return false;
    this.#state = to;
    if (to.name === from.name) return to.name === "writer";
    const { log } = this.#options;
    switch (to.name) {
      case "writer":
        this.#isOtherWriterAlive = false;
        // A comparison finds the changes that the paused journal has missed.
        if (from.name !== "waiting") this.#verification.allow();
        this.journal.resume();
        log.info("Saving the graph to Redis");
        return true;
      case "standby":
        this.#isOtherWriterAlive = true;
        this.journal.pause();
        log.warn("Another Astrolabe writes to this Redis; standing by");
        return false;
      case "foreign":
        this.journal.pause();
        log.warn("Redis has data of another cluster; not writing (--redis-adopt overwrites it)", {
          theirs: this.#claim.metadata.cluster,
          ours: this.#claim.cluster,
        });
        return false;
      default:
        return false;
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    if (this.#options.kindStatuses().every(isSettled)) this.#verification.synced();
    // A restore must know the kinds of the resources that follow.
    await this.#claim.updateKinds();
    if (this.#writer.due <= 0) await this.#verification.flush();
    if (this.#verification.due <= 0) await this.#verification.snapshot(signal);
  }

  async #finish(): Promise<void> {
    const { store, log } = this.#options;
    const { name } = this.#state;
    // The writer saves the changes of a standby as well.
    if (!store.connected || name === "standby" || name === "foreign") return;
    try {
      if (!await this.#claimLease()) return;
      await this.#verification.lastSnapshot();
      await this.#lease.giveUp();
    } catch (error) {
      log.warn("Could not save everything", { error });
    }
  }

  /** Returns the milliseconds until the claim is checked again. */
  async #untilClaim(): Promise<number> {
    const state = this.#state;
    switch (state.name) {
      case "connected":
        return 0;
      case "standby":
        return this.#lease.due;
      case "foreign":
        return Math.max(0, state.askAgainAt - this.#options.clock.now());
      case "waiting":
        if (this.#counters.restoredNodes === 0 || !this.#isOtherWriterAlive) return Infinity;
        await this.#lookForWriter();
        return LOOK_PAUSE_MS;
      default:
        return Infinity;
    }
  }

  /** Checks whether another process holds the lease, without taking it. */
  async #lookForWriter(): Promise<void> {
    const [holder] = await this.#options.store.get([LEASE_KEY]);
    this.#isOtherWriterAlive = typeof holder === "string";
  }

  #isApiServerSilent(): boolean {
    const { clock, kindStatuses } = this.#options;
    const lastEvent = kindStatuses().reduce((last, status) => Math.max(last, status.lastEvent), 0);
    return clock.now() - Math.max(this.#startedAt, lastEvent) >= API_SERVER_PATIENCE_MS;
  }

  /** Records a failure. Returns the milliseconds until the next try. */
  #failed(error: Error, { state, step }: { state: State; step: FailedStep }): number {
    const { name } = this.#state;
    if (name === "disconnected" || name === "connected" && this.#state !== state) {
      this.#retry.interrupted(error.message, step);
      return name === "connected" ? 0 : Infinity;
    }
    if (this.#retry.failed(error.message, step)) this.#options.log.warn("Could not save", { error });
    return this.#untilRetry();
  }

  /** Keeps the lease while writes are rejected: a rejected write does not mean that the lease is lost. */
  #untilRetry(): number {
    const isKept = this.#retry.step === "write" && this.#lease.held;
    return isKept ? Math.min(this.#retry.due, this.#lease.due) : this.#retry.due;
  }
}

/** Custom kinds may be broken for good. What is saved of one that is not listed is kept. */
function isSettled({ kind, state }: KindStatus): boolean {
  return kind.custom || state === "synced" || state === "forbidden" || state === "absent";
}

function time(field: string, milliseconds: number | undefined): Record<string, string> {
  return present(field, milliseconds === undefined ? undefined : new Date(milliseconds).toISOString());
}

function present(field: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [field]: value };
}
