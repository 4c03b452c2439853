import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import { type DatabaseMetadata, decodeMetadata, isNewer, metadataBatch } from "./format/database_metadata.ts";
import { METADATA_KEY } from "./format/keys.ts";
import type { Lease } from "./lease.ts";
import type { Store } from "./store.ts";

/** `waiting`: there is no connection, or nobody knows yet whose cluster this is. */
export type Role = "waiting" | "foreign" | "standby" | "writer";

export interface ClaimOptions {
  readonly store: Store;
  readonly lease: Lease;
  /** Undefined as long as it is not known. */
  readonly cluster: () => string | undefined;
  /** The API server's address. */
  readonly server: string;
  /** Who writes, with its version. */
  readonly writer: string;
  /** Whether another cluster's data is overwritten. */
  readonly adopt: boolean;
  readonly log: Logger;
  readonly clock: Clock;
}

/** How often another cluster's database is asked whether it still is that, in milliseconds. */
export const FOREIGN_PAUSE = 30_000;

/**
 * Whether the database may be written: it holds this cluster's data, or nobody's, or may be adopted,
 * and no other process writes to it.
 */
export class Claim {
  readonly #options: ClaimOptions;
  #role: Role = "waiting";
  #metadata: DatabaseMetadata = {};
  #readAt = 0;
  #cluster: string | undefined;

  constructor(options: ClaimOptions) {
    this.#options = options;
  }

  get role(): Role {
    const { store, lease } = this.#options;
    if (!store.connected) return "waiting";
    return this.#role === "writer" && !lease.held ? "standby" : this.#role;
  }

  /** What the database said of itself when it was asked. */
  get metadata(): DatabaseMetadata {
    return this.#metadata;
  }

  /** Asks the database what it holds. */
  async read(): Promise<DatabaseMetadata> {
    const [value] = await this.#options.store.get([METADATA_KEY]);
    this.#readAt = this.#options.clock.now();
    const wasNewer = isNewer(this.#metadata);
    this.#metadata = decodeMetadata(value);
    if (isNewer(this.#metadata) && !wasNewer) {
      this.#options.log.warn("A newer Astrolabe has written to Redis: reading what this one understands");
    }
    return this.#metadata;
  }

  /** Whether the database may be written now. */
  async hold(): Promise<boolean> {
    const { lease, clock } = this.#options;
    if (this.#role === "foreign" && clock.now() - this.#readAt >= FOREIGN_PAUSE) await this.read();
    if (!this.isClusterKnown()) this.#become("waiting");
    else if (this.#isRefused()) this.#become("foreign");
    else if (!await lease.keep()) this.#become("standby");
    else if (this.#role !== "writer" || this.#metadata.cluster !== this.#cluster) await this.#takeOver();
    return this.#role === "writer";
  }

  isClusterKnown(): boolean {
    // Whose namespace could not be read yet has the address; it may be readable later.
    if (this.#cluster === undefined || this.#role !== "writer" && this.#cluster === this.#options.server) {
      this.#cluster = this.#options.cluster() ?? this.#cluster;
    }
    return this.#cluster !== undefined;
  }

  /** Whether it is known that this is another cluster's. */
  isForeign({ cluster }: DatabaseMetadata): boolean {
    return cluster !== undefined && this.#cluster !== undefined && cluster !== this.#cluster;
  }

  #isRefused(): boolean {
    return this.isForeign(this.#metadata) && !this.#options.adopt;
  }

  /** Another process may have written anything until now. */
  async #takeOver(): Promise<void> {
    const { cluster } = await this.read();
    if (this.#isRefused()) {
      await this.#options.lease.giveUp();
      return this.#become("foreign");
    }
    if (cluster !== this.#cluster) await this.#write({});
    this.#become("writer");
  }

  /** Notes that the database equals the graph. */
  async complete(lastSnapshot: number): Promise<void> {
    await this.#write({ lastSnapshot });
  }

  async #write(more: DatabaseMetadata): Promise<void> {
    const { store, lease, writer } = this.#options;
    const metadata = { ...more, ...(this.#cluster === undefined ? {} : { cluster: this.#cluster }) };
    const [result] = await store.write([metadataBatch(writer, metadata)], lease.token);
    if (result instanceof Error) throw result;
    if (result === "written") this.#metadata = metadata;
    else lease.lost();
  }

  #become(role: Role): void {
    if (role === this.#role) return;
    this.#role = role;
    const { log } = this.#options;
    if (role === "writer") log.info("Saving the graph to Redis");
    else if (role === "standby") log.warn("Another Astrolabe writes to this Redis: waiting until it is gone");
    else if (role === "foreign") {
      log.warn("Redis holds another cluster's data and is left alone; --redis-adopt overwrites it", {
        theirs: this.#metadata.cluster,
        ours: this.#cluster,
      });
    }
  }
}
