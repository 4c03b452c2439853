/**
 * An API server in memory, over real HTTP, for the demo, the tests and the bench. It answers lists and
 * watches as a real one does, and fails on demand.
 *
 * It has no authorization, no admission, no validation and no controllers: the store contains exactly the
 * objects that the caller puts into it.
 */
import type { ResourceKind } from "../model/resource_kind.ts";
import { createApi } from "./api.ts";
import { Faults } from "./faults.ts";
import { ObjectStore } from "./object_store.ts";
import { OpenWatches } from "./open_watches.ts";

export interface SimulatorOptions {
  /** The kinds that it serves. */
  readonly kinds: readonly ResourceKind[];
  /** Default: 0, which means any free port. */
  readonly port?: number;
  /** The seed of the uids. */
  readonly seed?: number;
  /** Number of events of each kind that are kept for watches that begin in the past. */
  readonly watchHistory?: number;
  /** The bearer token that requests must have; others get 401. Default: none needed. */
  readonly token?: string;
  /** Milliseconds between two bookmarks of a watch. */
  readonly bookmarkInterval?: number;
  /** Returns the milliseconds since 1970. */
  readonly now?: () => number;
}

/** A request that the simulator received. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

const HOST = "127.0.0.1";
/** Minimum number of received requests that are remembered. */
const SEEN_REQUESTS = 1000;

export class Simulator {
  readonly store: ObjectStore;
  readonly faults: Faults;
  /** Changes the required bearer token. Undefined means that none is needed. */
  token: string | undefined;
  readonly #watches = new OpenWatches();
  readonly #handler: (request: Request) => Response | Promise<Response>;
  readonly #bookmarks: ReturnType<typeof setInterval>;
  #requests: SeenRequest[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  #down: AbortController;
  #port: number;

  static start(options: SimulatorOptions): Simulator {
    return new Simulator(options);
  }

  private constructor(
    { kinds, port = 0, seed = 1, watchHistory = 10_000, token, bookmarkInterval = 60_000, now = Date.now }:
      SimulatorOptions,
  ) {
    this.store = new ObjectStore(kinds, { seed, history: watchHistory, now });
    this.faults = new Faults((kind) => this.#watches.streams(kind));
    this.token = token;
    this.#handler = createApi({
      kinds,
      store: this.store,
      faults: this.faults,
      watches: this.#watches,
      admits: (authorization) => this.token === undefined || authorization === `Bearer ${this.token}`,
      onRequest: (request) => this.#remember(request),
      down: () => this.#down.signal,
    }).fetch;
    this.#bookmarks = setInterval(() => this.bookmark(), bookmarkInterval);
    this.#down = new AbortController();
    this.#server = this.#serve(port);
    this.#port = this.#server.addr.port;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** The last requests, oldest first. */
  get requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  /** Returns the number of open watches of one kind, or of all. */
  openWatches(kind?: string): number {
    return this.#watches.streams(kind).length;
  }

  /** Sends a bookmark at once to every watch that allows bookmarks. */
  bookmark(): void {
    this.#watches.bookmark(this.store.revision);
  }

  /** Cuts all connections and refuses new ones, until `up`. */
  async down(): Promise<void> {
    this.#down.abort();
    for (const stream of this.#watches.streams()) stream.close();
    await this.#server.finished;
  }

  /** Serves the store again, at the same address. */
  up(): void {
    this.#down = new AbortController();
    this.#server = this.#serve(this.#port);
  }

  /** Cuts all connections. The store does not change. */
  async restart(): Promise<void> {
    await this.down();
    this.up();
  }

  async close(): Promise<void> {
    clearInterval(this.#bookmarks);
    await this.down();
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const signal = this.#down.signal;
    // A cut is an intended error in a body.
    const onError = () => new Response(null, { status: 500 });
    return Deno.serve({ hostname: HOST, port, signal, onListen() {}, onError }, this.#handler);
  }

  #remember({ method, url, headers }: Request): void {
    const { pathname, searchParams } = new URL(url);
    this.#requests.push({ method, path: pathname, query: searchParams, accept: headers.get("accept") ?? "" });
    if (this.#requests.length > 2 * SEEN_REQUESTS) this.#requests = this.#requests.slice(-SEEN_REQUESTS);
  }
}
