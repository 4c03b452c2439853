/**
 * An API server in memory, over real HTTP, that answers lists and watches as a real one does and fails
 * when it is told to. For the demo, the tests and the bench.
 *
 * It has no authorization, no admission, no validation and no controllers: objects are what the caller
 * puts into the store.
 */
import type { ResourceKind } from "../model/resource_kind.ts";
import { createApi } from "./api.ts";
import { Faults } from "./faults.ts";
import { ObjectStore } from "./object_store.ts";
import { OpenWatches } from "./open_watches.ts";

export interface SimulatorOptions {
  /** The kinds that it serves. */
  readonly kinds: readonly ResourceKind[];
  /** 0, any free one, when left out. */
  readonly port?: number;
  /** Of the uids. */
  readonly seed?: number;
  /** How many events of each kind are kept for watches that begin in the past. */
  readonly watchHistory?: number;
  /** Without it as bearer, requests get 401; everybody is let in when left out. */
  readonly token?: string;
  /** Milliseconds between two bookmarks of a watch. */
  readonly bookmarkInterval?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A request that came in. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

const HOST = "127.0.0.1";
/** Of the requests that came in, this many are remembered, or a few more. */
const SEEN_REQUESTS = 1000;

export class Simulator {
  readonly store: ObjectStore;
  readonly faults: Faults;
  /** What is asked for as bearer from now on; undefined: nothing. */
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

  /** How many watches are open, of one kind or of all. */
  openWatches(kind?: string): number {
    return this.#watches.streams(kind).length;
  }

  /** Sends a bookmark to every watch that allows bookmarks, now. */
  bookmark(): void {
    this.#watches.bookmark(this.store.revision);
  }

  /** Cuts all connections and refuses new ones, until `up`. */
  async down(): Promise<void> {
    this.#down.abort();
    for (const stream of this.#watches.streams()) stream.close();
    await this.#server.finished;
  }

  /** Serves again, at the same address, what is in the store. */
  up(): void {
    this.#down = new AbortController();
    this.#server = this.#serve(this.#port);
  }

  /** Cuts all connections; the store stays as it is. */
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
    // A cut is an error in a body, which is meant.
    const onError = () => new Response(null, { status: 500 });
    return Deno.serve({ hostname: HOST, port, signal, onListen() {}, onError }, this.#handler);
  }

  #remember({ method, url, headers }: Request): void {
    const { pathname, searchParams } = new URL(url);
    this.#requests.push({ method, path: pathname, query: searchParams, accept: headers.get("accept") ?? "" });
    if (this.#requests.length > 2 * SEEN_REQUESTS) this.#requests = this.#requests.slice(-SEEN_REQUESTS);
  }
}
