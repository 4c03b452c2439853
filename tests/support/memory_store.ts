/**
 * A database in memory behind the Store port, with the faults of a real one: connections that are lost in the
 * middle of a pipeline, writes that are refused, another's lease, evictions, lost and older data.
 */
import type { Batch, BatchResult, LeaseResult, Store, StoreInfo } from "../../src/persist/store.ts";
import { LEASE_KEY } from "../../src/persist/format/keys.ts";
import type { Clock } from "../../src/model/clock.ts";

export interface Dump {
  readonly values: ReadonlyMap<string, string>;
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
}

export class MemoryStore implements Store {
  readonly values: Map<string, string>;
  readonly sets: Map<string, Set<string>>;
  /** Fails writes, all of them alike, while set. */
  refusal: Error | undefined;
  /** Has no memory for more: what it deletes, and the lease, take none. */
  isFull = false;
  /** Drops the oldest keys, but for the lease, to stay within so many. */
  capacity = Infinity;
  /** Loses the connection after so many batches of the next pipeline. */
  dropAfter: number | undefined;
  /** Settles when a call may go on: a test may let things happen in between. */
  pause: () => Promise<void> = () => Promise.resolve();
  /** Calls so far, by name. */
  readonly calls: Record<string, number> = {};

  readonly #clock: Clock;
  readonly #listeners: ((connected: boolean) => void)[] = [];
  #reachable = true;
  #running = false;
  #connected = false;
  /** Grows with each connection: a call on an older one fails. */
  #connection = 0;
  #run = 1;
  #evicted = 0;
  readonly #lease: { holder: string; endsAt: number };
  #onClose = () => {};

  constructor(clock: Clock, sameAs?: MemoryStore) {
    this.#clock = clock;
    this.values = sameAs?.values ?? new Map();
    this.sets = sameAs?.sets ?? new Map();
    this.#lease = sameAs === undefined ? { holder: "", endsAt: 0 } : sameAs.#lease;
  }

  /** Returns another client's connection to the same database. */
  another(): MemoryStore {
    return new MemoryStore(this.#clock, this);
  }

  get connected(): boolean {
    return this.#connected;
  }

  get failure(): string | undefined {
    return this.#connected ? undefined : "there is no connection";
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#running = true;
    await this.pause();
    if (this.#reachable && !signal.aborted) this.#setConnected(true);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
    this.#running = false;
    this.#setConnected(false);
    this.#onClose();
  }

  info(): Promise<StoreInfo> {
    return this.#ask("info", () => ({
      runId: `run-${this.#run}`,
      replicationId: "replication",
      keys: this.values.size + this.sets.size + (this.holder === undefined ? 0 : 1),
      evictedKeys: this.#evicted,
      usedMemory: 1_000,
    }));
  }

  async *scan(prefix: string): AsyncIterable<readonly string[]> {
    const lease = () => this.holder === undefined ? [] : [LEASE_KEY];
    const keys = await this.#ask(
      "scan",
      () => [...this.values.keys(), ...this.sets.keys(), ...lease()].sort(),
    );
    const found = keys.filter((key) => key.startsWith(prefix));
    for (let i = 0; i < found.length; i += 10) {
      // The last key of a page comes once more, as it may from a real database.
      yield await this.#ask("scan", () => found.slice(Math.max(0, i - 1), i + 10));
    }
  }

  get(keys: readonly string[]): Promise<readonly (string | null)[]> {
    const valueOf = (key: string) => key === LEASE_KEY ? this.holder : this.values.get(key);
    return this.#ask("get", () => keys.map((key) => valueOf(key) ?? null));
  }

  members(keys: readonly string[]): Promise<readonly (readonly string[])[]> {
    return this.#ask("members", () => keys.map((key) => [...this.sets.get(key) ?? []]));
  }

  write(batches: readonly Batch[], token: string): Promise<readonly BatchResult[]> {
    return this.#ask("write", () => {
      const most = this.dropAfter ?? Infinity;
      this.dropAfter = undefined;
      const results = batches.slice(0, most).map((batch): BatchResult => {
        if (this.holder !== token) return "refused";
        if (this.refusal !== undefined) return this.refusal;
        if (this.isFull && batch.set.length + batch.add.length > 0) {
          return new Error("out of memory (maxmemory reached)");
        }
        this.#apply(batch);
        this.#evict();
        return "written";
      });
      if (most < batches.length) this.disconnect();
      return results;
    });
  }

  lease(token: string, milliseconds: number): Promise<LeaseResult> {
    return this.#ask("lease", () => {
      const { holder } = this;
      if (holder !== undefined && holder !== token) return "refused";
      if (this.refusal !== undefined) throw this.refusal;
      this.setHolder(token, milliseconds);
      return holder === token ? "prolonged" : "taken";
    });
  }

  release(token: string): Promise<void> {
    return this.#ask("release", () => {
      if (this.holder === token) this.#lease.endsAt = 0;
    });
  }

  // For tests.

  /** The token that holds the lease now. */
  get holder(): string | undefined {
    return this.#clock.now() < this.#lease.endsAt ? this.#lease.holder : undefined;
  }

  setHolder(token: string, milliseconds: number): void {
    this.#lease.holder = token;
    this.#lease.endsAt = this.#clock.now() + milliseconds;
  }

  disconnect(): void {
    this.#reachable = false;
    this.#setConnected(false);
  }

  /** From now on answers nothing, while the connection stands. */
  hang(): void {
    this.pause = () => new Promise((_, reject) => this.#onClose = () => reject(new Error("closed")));
  }

  connect(): void {
    this.#reachable = true;
    if (this.#running) this.#setConnected(true);
  }

  flushAll(): void {
    this.values.clear();
    this.sets.clear();
    this.#lease.endsAt = 0;
  }

  /** Drops keys of others, as a shared database does. */
  evictOthers(count: number): void {
    this.#evicted += count;
  }

  dump(): Dump {
    return {
      values: new Map(this.values),
      sets: new Map([...this.sets].map(([key, members]) => [key, new Set(members)])),
    };
  }

  /** Starts anew with the data of a dump. */
  restart({ values, sets }: Dump): void {
    this.disconnect();
    this.flushAll();
    this.#run++;
    for (const [key, value] of values) this.values.set(key, value);
    for (const [key, members] of sets) this.sets.set(key, new Set(members));
    this.connect();
  }

  #setConnected(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    if (connected) this.#connection++;
    for (const listener of this.#listeners) listener(connected);
  }

  /** An answer that arrives only on the connection on which it was asked for. */
  async #ask<T>(name: string, answer: () => T): Promise<T> {
    const connection = this.#connection;
    const lost = () => !this.#connected || connection !== this.#connection;
    if (lost()) throw new Error(`${name}: there is no connection`);
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    await this.pause();
    if (lost()) throw new Error(`${name}: the connection was lost`);
    const given = answer();
    await this.pause();
    if (lost()) throw new Error(`${name}: the connection was lost`);
    return given;
  }

  #evict(): void {
    for (const keys of [this.values, this.sets]) {
      for (const key of [...keys.keys()]) {
        if (this.values.size + this.sets.size <= this.capacity) return;
        if (keys.delete(key)) this.#evicted++;
      }
    }
  }

  #apply(batch: Batch): void {
    for (const [key, value] of batch.set) {
      this.sets.delete(key);
      this.values.set(key, typeof value === "string" ? value : new TextDecoder().decode(value));
    }
    for (const key of batch.delete) {
      this.values.delete(key);
      this.sets.delete(key);
    }
    for (const [key, member] of batch.add) {
      this.values.delete(key);
      this.sets.set(key, (this.sets.get(key) ?? new Set()).add(member));
    }
    for (const [key, member] of batch.remove) {
      this.sets.get(key)?.delete(member);
      if (this.sets.get(key)?.size === 0) this.sets.delete(key);
    }
  }
}
