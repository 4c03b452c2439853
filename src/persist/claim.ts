import type { Logger } from "../log.ts";
import type { ApiServer } from "./cluster_identity.ts";
import {
  areSameKinds,
  type DatabaseMetadata,
  decodeMetadata,
  isNewer,
  metadataBatch,
} from "./format/database_metadata.ts";
import { METADATA_KEY } from "./format/keys.ts";
import type { Lease } from "./lease.ts";
import type { CustomKind } from "../model/resource_kind.ts";
import type { Store } from "./store.ts";

/** The owner of the data in the database; `unknown` until our own cluster is known. */
export type Owner = "unknown" | "another" | "us";

export interface ClaimOptions {
  readonly store: Store;
  readonly lease: Lease;
  /** Undefined until it is known. */
  readonly cluster: () => string | undefined;
  readonly apiServer: ApiServer;
  /** The custom kinds that the graph has. */
  readonly customKinds: () => readonly CustomKind[];
  /** The name of this writer, with its version. */
  readonly writer: string;
  /** Whether to overwrite another cluster's data. */
  readonly adopt: boolean;
  readonly log: Logger;
}

/**
 * Compares the metadata of the database with the identity of our cluster. We may write to a database if it
 * holds this cluster's data, if it is empty, or if it may be adopted.
 */
export class Claim {
  readonly #options: ClaimOptions;
  #metadata: DatabaseMetadata = {};
  #cluster: string | undefined;
  /** Whether the metadata of the database names our cluster. */
  #isOurs = false;

  constructor(options: ClaimOptions) {
    this.#options = options;
  }

  /** The metadata of the database as it was last read. */
  get metadata(): DatabaseMetadata {
    return this.#metadata;
  }

  get apiServer(): ApiServer {
    return this.#options.apiServer;
  }

  /** Our own cluster, if it is known. */
  get cluster(): string | undefined {
    return this.#cluster;
  }

  get owner(): Owner {
    this.#identify();
    if (this.#cluster === undefined) return "unknown";
    return this.isForeign(this.#metadata) && !this.#options.adopt ? "another" : "us";
  }

  /** Whether the database is known to hold another cluster's data. */
  isForeign({ cluster }: DatabaseMetadata): boolean {
    this.#identify();
    return cluster !== undefined && this.#cluster !== undefined && cluster !== this.#cluster;
  }

  /**
   * Whether the database was written for another API server, as far as it says, and may not be adopted. Until
   * our cluster is known, its data must not be used: it may be another cluster's.
   */
  get isSuspect(): boolean {
    const { apiServer, adopt } = this.#options;
    const { apiServer: address = apiServer.address, caSha256 = apiServer.caSha256 } = this.#metadata;
    return !adopt && (address !== apiServer.address || caSha256 !== apiServer.caSha256);
  }

  /** Reads the metadata of the database. */
  async read(): Promise<DatabaseMetadata> {
    const [value] = await this.#options.store.get([METADATA_KEY]);
    const wasNewer = isNewer(this.#metadata);
    this.#metadata = decodeMetadata(value);
    if (isNewer(this.#metadata) && !wasNewer) {
      this.#options.log.warn(
        "A newer Astrolabe has written to Redis: ignoring fields that this version does not know",
      );
    }
    return this.#metadata;
  }

  /**
   * Writes our metadata. Requires the lease. Returns false if another cluster has written its own since the
   * last read.
   */
  async takeOver(): Promise<boolean> {
    this.#isOurs = false;
    const { cluster, apiServer, caSha256, lastSnapshot } = await this.read();
    if (this.owner !== "us") return false;
    const ours = this.#options.apiServer;
    if (cluster !== this.#cluster) await this.#write({});
    else if (apiServer !== ours.address || caSha256 !== ours.caSha256) await this.#write({ lastSnapshot });
    this.#isOurs = true;
    return true;
  }

  /** Writes the metadata if the database has lost it. */
  async repair(): Promise<void> {
    const { cluster } = await this.read();
    if (cluster !== this.#cluster) await this.#write({});
  }

  /** Writes the custom kinds if the database names others. */
  async updateKinds(): Promise<void> {
    const { customKinds = [], lastSnapshot } = this.#metadata;
    if (!areSameKinds(customKinds, this.#options.customKinds())) await this.#write({ lastSnapshot });
  }

  /** Records in the metadata that the database equals the graph. */
  async complete(lastSnapshot: number): Promise<void> {
    await this.#write({ lastSnapshot });
  }

  async #write({ lastSnapshot }: DatabaseMetadata): Promise<void> {
    const { store, lease, writer, apiServer: { address, caSha256 } } = this.#options;
    const customKinds = this.#options.customKinds();
    const metadata = { cluster: this.#cluster, apiServer: address, caSha256, lastSnapshot, customKinds };
    const [result] = await store.write([metadataBatch(writer, metadata)], lease.token);
    if (result instanceof Error) throw result;
    if (result === "written") this.#metadata = metadata;
    else lease.lost();
  }

  /**
   * A cluster whose namespaces could not be read yet is known by its API server's address. They may be
   * readable later, but a writer keeps to the identity under which it took over.
   */
  #identify(): void {
    const { cluster, apiServer } = this.#options;
    if (this.#cluster !== undefined && (this.#isOurs || this.#cluster !== apiServer.address)) return;
    this.#cluster = cluster() ?? this.#cluster;
  }
}
