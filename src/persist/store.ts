/**
 * The interface of persistence to a database. Redis and a database in memory implement it. One conformance
 * suite runs on both, and on a Redis Cluster. Every key starts with `astrolabe:`; a store knows nothing else
 * about keys and values.
 */

/** One guarded write, applied whole or not at all. A key occurs in it once. */
export interface Batch {
  readonly set: readonly (readonly [key: string, value: string | Uint8Array])[];
  readonly delete: readonly string[];
  /** Members of sets. */
  readonly add: readonly (readonly [key: string, member: string])[];
  readonly remove: readonly (readonly [key: string, member: string])[];
}

/** `refused`: the lease is not held with this token, and nothing of the batch was written. */
export type BatchResult = "written" | "refused" | Error;

/**
 * `taken`: it was free, so others may have written. `prolonged`: the token has held it continuously, and the
 * database has not lost it. `refused`: another token holds it.
 */
export type LeaseResult = "taken" | "prolonged" | "refused";

export interface StoreInfo {
  /** Differs after a restart, and after a failover. */
  readonly runId: string;
  readonly replicationId: string;
  /**
   * Keys in the database, or in the slot of a Redis Cluster that holds ours: ours and those of others.
   * Undefined if the database does not tell.
   */
  readonly keys: number | undefined;
  /** Keys of any application that the server has evicted since it started. */
  readonly evictedKeys?: number | undefined;
  readonly usedMemory?: number | undefined;
  readonly maxMemory?: number | undefined;
  readonly maxMemoryPolicy?: string | undefined;
  /** Whether RDB snapshots or AOF are on. */
  readonly durable?: boolean | undefined;
}

/**
 * Every call rejects if there is no connection, if the answer takes too long, or if the database refuses. The
 * message of the Error is meant for users. Nothing is queued while there is no connection.
 */
export interface Store {
  readonly connected: boolean;
  /** The reason why there is no connection. Undefined while there is one. */
  readonly failure: string | undefined;
  /** Calls the listener with true when a new connection answers, and with false when a connection is lost. */
  onConnection(listener: (connected: boolean) => void): void;
  /** Connects, and reconnects forever, until `signal` aborts; settles when everything is closed. */
  run(signal: AbortSignal): Promise<void>;
  info(): Promise<StoreInfo>;
  /** Yields the keys that start with the prefix, some at a time; a key may come twice. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  /** Returns values in the order of the keys. */
  get(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /** Returns members of sets in the order of the keys. */
  members(keys: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Sends all batches in one pipeline; each has its own result, and a refused one writes nothing. */
  write(batches: readonly Batch[], token: string): Promise<readonly BatchResult[]>;
  /** Takes the lease for the given milliseconds if it is free or already held with the token. */
  lease(token: string, milliseconds: number): Promise<LeaseResult>;
  /** Gives the lease up if it is held with the token. */
  release(token: string): Promise<void>;
}
