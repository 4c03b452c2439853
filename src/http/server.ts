/**
 * Listens for HTTP, and continues to listen until it is closed.
 *
 * Deno.serve never times out a connection. It stops forever when it cannot accept one, for example because the
 * process has no file descriptor left. This server then closes its idle connections and listens again after a
 * short pause. Active requests continue, unless there are so many that they hold the descriptors themselves.
 * Therefore no client can exhaust the open files permanently. A time-out for each connection needs a proxy in
 * front: docs/security.md.
 */
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import { hostPort } from "../model/host.ts";
import { SlowClientError } from "./sliced_body.ts";

const PAUSE_MS = 200;
/** The time that active requests have to finish when the server is closed. */
const DRAIN_MS = 3_000;
/** A process that can open fewer files than this gets a warning. */
const OPEN_FILES_MIN = 500;
/**
 * When accepting fails, active requests are cut if there are more than this, or more than half the files that
 * can be opened.
 */
const SPARED_REQUESTS_MAX = 200;

export interface ServerOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  readonly clock: Clock;
}

/** One call of Deno.serve, with the connections that it has accepted. */
interface Generation {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly abort: AbortController;
}

export class Server {
  readonly #handler: Deno.ServeHandler;
  readonly #options: ServerOptions;
  readonly #sparedRequestsMax: number;
  #current: Generation | undefined;
  #cancelPause: (() => void) | undefined;
  #isRetired = false;
  #isClosed = false;
  #acceptErrors = 0;
  /** Active requests of all generations: their response is neither sent nor aborted. */
  #underWay = 0;
  readonly port: number;

  /** @throws what Deno.serve throws where the address cannot be listened on. */
  constructor(handler: Deno.ServeHandler, options: ServerOptions) {
    this.#handler = handler;
    this.#options = options;
    this.#current = this.#serve(options.port);
    this.port = this.#current.server.addr.port;
    const { log } = options;
    const openable = countOpenableFiles();
    this.#sparedRequestsMax = Math.min(SPARED_REQUESTS_MAX, openable / 2);
    if (openable < OPEN_FILES_MIN) {
      log.warn("The limit of open files is low; raise it (ulimit -n)", { canOpen: openable });
    }
  }

  /** The number of failures to accept a connection. */
  get acceptErrors(): number {
    return this.#acceptErrors;
  }

  /** The address as a URL. An unspecified address stays unchanged. */
  get url(): string {
    return `http://${hostPort(this.#options.hostname, this.port)}`;
  }

  /**
   * Asks each client to reconnect after its next answer. Otherwise a client could lose a request that it sends
   * while the server closes the connection.
   */
  retire(): void {
    this.#isRetired = true;
  }

  /** Stops accepting connections. Settles when the active requests have ended, or after three seconds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPause?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(DRAIN_MS, resolve);
    this.#current?.server.shutdown().then(resolve, resolve);
    if (this.#current) await promise;
    cancel();
  }

  #serve(port: number): Generation {
    const { hostname, log } = this.#options;
    const abort = new AbortController();
    const ended = () => {
      this.#underWay--;
    };
    const server = Deno.serve({
      hostname,
      port,
      signal: abort.signal,
      onListen: () => {},
      onError: (error) => {
        if (!(error instanceof SlowClientError)) {
          log.warn("A response failed", { error: error instanceof Error ? error.message : String(error) });
        }
        return new Response(null, { status: 500 });
      },
    }, (request, info) => {
      this.#underWay++;
      info.completed.then(ended, ended);
      const response = this.#handler(request, info);
      return this.#isRetired ? withoutReuse(response) : response;
    }) as Deno.HttpServer<Deno.NetAddr>;
    const generation = { server, abort };
    server.finished.catch((error) => this.#failed(generation, error));
    return generation;
  }

  #failed(generation: Generation, error: unknown): void {
    if (this.#isClosed || this.#current !== generation) return;
    this.#current = undefined;
    // A server that has been shut down cannot be aborted afterwards: Deno throws.
    if (this.#underWay > this.#sparedRequestsMax) generation.abort.abort();
    else generation.server.shutdown().catch(() => {});
    this.#listenLater(error);
  }

  #listenLater(error: unknown): void {
    const { clock, log } = this.#options;
    this.#acceptErrors++;
    log.warn("Cannot accept connections; closed those that are idle", {
      error: error instanceof Error ? error.message : String(error),
    });
    this.#cancelPause = clock.after(PAUSE_MS, () => {
      try {
        this.#current = this.#serve(this.port);
      } catch (cause) {
        this.#listenLater(cause);
      }
    });
  }
}

async function withoutReuse(response: Response | Promise<Response>): Promise<Response> {
  const answer = await response;
  answer.headers.set("connection", "close");
  return answer;
}

/** Counts how many files can be opened, up to `OPEN_FILES_MIN`. Deno offers no other way to read its limit. */
function countOpenableFiles(): number {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < OPEN_FILES_MIN) files.push(Deno.openSync("/"));
    return files.length;
  } catch (error) {
    // Without the permission to read, the limit cannot be found out.
    return error instanceof Deno.errors.NotCapable ? OPEN_FILES_MIN : files.length;
  } finally {
    for (const file of files) file.close();
  }
}
