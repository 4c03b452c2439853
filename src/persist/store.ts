/**
 * The port of persistence: what it needs of a database. Two implementations stand behind it, Redis and
 * one in memory, and one conformance suite runs on both. Nothing here knows what keys and values mean.
 */

/** One guarded write, applied whole or not at all. The same key stands in it once. */
export interface Batch {
  readonly set: readonly (readonly [key: string, value: string | Uint8Array])[];
  readonly delete: readonly string[];
  /** Members of sets. */
  readonly add: readonly (readonly [key: string, member: string])[];
  readonly remove: readonly (readonly [key: string, member: string])[];
}

/** `refused`: the lease is not held with this token; nothing of the batch was written. */
export type BatchResult = "written" | "refused" | Error;

/**
 * `taken`: it was free, and so others may have written; `prolonged`: the token held it all the time, and
 * the database has lost nothing of it; `refused`: another one has it.
 */
export type LeaseResult = "taken" | "prolonged" | "refused";

export interface StoreInfo {
  /** Differs after a restart, and after a failover. */
  readonly runId: string;
  readonly replicationId: string;
  /**
   * Keys in the database, or in the slot of a Redis Cluster that holds ours: ours and those of others. Undefined
   * where the database does not say.
   */
  readonly keys: number | undefined;
  /** Keys of any application that the server has dropped for want of memory since it started. */
  readonly evictedKeys?: number | undefined;
  readonly usedMemory?: number | undefined;
  readonly maxMemory?: number | undefined;
  readonly maxMemoryPolicy?: string | undefined;
  /** Whether RDB snapshots or AOF are on. */
  readonly durable?: boolean | undefined;
}

/**
 * Every call rejects with an Error that says in a person's words what failed, when there is no
 * connection, when the answer takes too long, or when the database refuses. Nothing is queued while
 * there is no connection.
 */
export interface Store {
  readonly connected: boolean;
  /** Why there is no connection; undefined while there is one. */
  readonly failure: string | undefined;
  /** Called with true after each (re)connect, when the database answers, and with false when it is lost. */
  onConnection(listener: (connected: boolean) => void): void;
  /** Connects, and reconnects for ever, until `signal` aborts; settles when all is closed. */
  run(signal: AbortSignal): Promise<void>;
  info(): Promise<StoreInfo>;
  /** Keys that start so, some at a time; one may come twice. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  /** Values in the order of the keys. */
  get(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /** Members of sets in the order of the keys. */
  members(keys: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Sends all batches in one pipeline; each has its own result, and a refused one writes nothing. */
  write(batches: readonly Batch[], token: string): Promise<readonly BatchResult[]>;
  /** Takes the lease where it is free or already held with the token, for so many milliseconds. */
  lease(token: string, milliseconds: number): Promise<LeaseResult>;
  /** Gives the lease up where it is held with the token. */
  release(token: string): Promise<void>;
}
