/**
 * An API server in memory, over real HTTP, for the demo, the tests and the bench. It answers lists and
 * watches as a real one does, and fails on demand.
 *
 * It has no authorization, no admission, no validation and no controllers: the store contains exactly the
 * objects that the caller puts into it.
 */
import { type Clock, systemClock } from "../model/clock.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { type ApiOptions, createApi } from "./api.ts";
import { DEFINITION, definitionOf } from "./definition.ts";
import { Faults } from "./faults.ts";
import { ObjectStore } from "./object_store.ts";
import { OpenWatches } from "./open_watches.ts";

export interface SimulatorOptions {
  /** The kinds that it serves. */
  readonly kinds: readonly ResourceKind[];
  /** The default is 0: any free port. */
  readonly port?: number;
  /** The seed of the uids. */
  readonly seed?: number;
  /** The number of events of each kind that are kept for watches that begin in the past. */
  readonly watchHistory?: number;
  /** The bearer token without which requests get 401. By default there is none. */
  readonly token?: string;
  /**
   * Answers watches in protobuf if the client prefers it, as a real API server does. By default JSON, in which
   * the objects are kept, because it costs nothing.
   */
  readonly protobuf?: boolean;
  /** Sets creation times, and ends delays and watches. */
  readonly clock?: Clock;
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
const BOOKMARK_INTERVAL_MS = 60_000;

export class Simulator {
  readonly store: ObjectStore;
  readonly faults: Faults;
  /** Changes the required bearer token. Undefined means that none is needed. */
  token: string | undefined;
  readonly #clock: Clock;
  readonly #watches: OpenWatches;
  readonly #options: Omit<ApiOptions, "kinds">;
  #kinds: readonly ResourceKind[];
  #handler: (request: Request) => Response | Promise<Response>;
  #stopBookmarks = () => {};
  #requests: SeenRequest[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  #down: AbortController;
  #port: number;

  static start(options: SimulatorOptions): Simulator {
    return new Simulator(options);
  }

  private constructor(
    { kinds, port = 0, seed = 1, watchHistory = 10_000, token, protobuf = false, clock = systemClock }:
      SimulatorOptions,
  ) {
    this.#clock = clock;
    this.#watches = new OpenWatches(clock);
    this.store = new ObjectStore(kinds, { seed, history: watchHistory, now: () => clock.now() });
    this.faults = new Faults((kind) => this.#watches.streams(kind));
    this.token = token;
    this.#kinds = kinds;
    this.#options = {
      store: this.store,
      faults: this.faults,
      watches: this.#watches,
      admits: (authorization) => this.token === undefined || authorization === `Bearer ${this.token}`,
      onRequest: (request) => this.#remember(request),
      down: () => this.#down.signal,
      clock,
      protobuf,
    };
    this.#handler = createApi({ ...this.#options, kinds }).fetch;
    this.#sendBookmarks();
    this.#down = new AbortController();
    this.#server = this.#serve(port);
    this.#port = this.#server.addr.port;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** Returns the last requests, oldest first. */
  get requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  /** Returns the number of open watches of one kind, or of all. */
  openWatches(kind?: string): number {
    return this.#watches.streams(kind).length;
  }

  /** Serves a custom kind, and creates its CustomResourceDefinition if these are served. */
  define(kind: ResourceKind): void {
    this.store.serve(kind);
    this.#serveKinds([...this.#kinds, kind]);
    if (this.#kinds.some((it) => it.kind === DEFINITION)) this.store.create(definitionOf(kind));
  }

  /** Deletes the objects of a custom kind and its CustomResourceDefinition, and serves it no longer. */
  undefine(kind: ResourceKind): void {
    for (const { metadata: { namespace = "", name } } of this.store.list(kind.kind)) {
      this.store.delete(kind.kind, namespace, name);
    }
    this.#serveKinds(this.#kinds.filter((it) => it !== kind));
    for (const stream of this.#watches.streams(kind.kind)) stream.close();
    this.store.unserve(kind);
    const name = definitionOf(kind).metadata.name;
    if (this.#kinds.some((it) => it.kind === DEFINITION)) this.store.delete(DEFINITION, "", name);
  }

  #serveKinds(kinds: readonly ResourceKind[]): void {
    this.#kinds = kinds;
    this.#handler = createApi({ ...this.#options, kinds }).fetch;
  }

  /** Sends a bookmark immediately to every watch that allows bookmarks. */
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
    this.#stopBookmarks();
    await this.down();
  }

  #sendBookmarks(): void {
    this.#stopBookmarks = this.#clock.after(BOOKMARK_INTERVAL_MS, () => {
      this.bookmark();
      this.#sendBookmarks();
    });
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const signal = this.#down.signal;
    // A cut is an intended error in a body.
    const onError = () => new Response(null, { status: 500 });
    return Deno.serve(
      { hostname: HOST, port, signal, onListen() {}, onError },
      (request) => this.#handler(request),
    );
  }

  #remember({ method, url, headers }: Request): void {
    const { pathname, searchParams } = new URL(url);
    this.#requests.push({ method, path: pathname, query: searchParams, accept: headers.get("accept") ?? "" });
    if (this.#requests.length > 2 * SEEN_REQUESTS) this.#requests = this.#requests.slice(-SEEN_REQUESTS);
  }
}
