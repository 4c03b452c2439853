/** All clients of the change stream, at most a hundred of them. */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Filter } from "../graph/queries/select.ts";
import type { Clock } from "../model/clock.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { Views } from "../stream/views.ts";
import { refuseTooLarge } from "./filter.ts";
import { HttpError } from "./http_error.ts";
import { WatchClient } from "./watch_client.ts";

const CLIENTS_MAX = 100;
const MESSAGE_BYTES_MAX = 64 << 10;

export interface WatchClientsOptions {
  readonly graph: GraphReader;
  readonly views: Views;
  readonly clock: Clock;
  readonly kindStatuses: () => readonly KindStatus[];
  /** The number of bytes at which a message is full. */
  readonly messageBytesMax?: number | undefined;
}

export interface WatchRequest {
  /** Undefined for revisions only. */
  readonly filter: Filter | undefined;
  readonly labels: boolean;
  readonly format: "events" | "lines";
  /** The revision that the client claims to know. */
  readonly rv: string | undefined;
  /** Settles when the server has sent or aborted the response. Undefined without a server. */
  readonly completed: Promise<void> | undefined;
}

export class WatchClients {
  readonly #options: WatchClientsOptions;
  readonly #buffer = new ArrayBuffer(2 * MESSAGE_BYTES_MAX);
  /** Clients whose body has not ended. */
  readonly #open = new Set<WatchClient>();
  #count = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(options: WatchClientsOptions) {
    this.#options = options;
  }

  /** The number of clients, including those whose connection has not ended yet. */
  get count(): number {
    return this.#count;
  }

  /**
   * Returns the body of a new client's response.
   *
   * @throws {HttpError} 503 beyond a hundred clients, 400 if the filter matches too much.
   */
  open({ filter, labels, format, rv, completed }: WatchRequest): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { graph, views, clock, kindStatuses, messageBytesMax = MESSAGE_BYTES_MAX } = this.#options;
    if (this.#count >= CLIENTS_MAX) throw busy();
    const key = filter && keyOf(filter);
    const view = filter && key !== undefined ? views.join(key, filter) : undefined;
    const leave = () => key !== undefined && views.leave(key);
    try {
      if (view) refuseTooLarge(view.size);
    } catch (error) {
      leave();
      throw error;
    }
    this.#count++;
    const giveBack = () => {
      this.#count--;
    };
    const client: WatchClient = new WatchClient({
      graph,
      clock,
      view,
      labels,
      messageBytesMax,
      buffer: this.#buffer,
      format,
      revision: rv === undefined ? undefined : graph.parseRevision(rv),
      staleKinds: () => kindStatuses().flatMap(({ kind, state }) => state === "stale" ? [kind.kind] : []),
      onBacklog: () => views.expectBacklog(),
      onEnd: () => {
        this.#open.delete(client);
        if (this.#open.size === 0) {
          this.#unsubscribe?.();
          this.#unsubscribe = undefined;
        }
        leave();
        if (completed === undefined) giveBack();
      },
    });
    // A client that does not read keeps its connection after the body has ended, so it still counts.
    completed?.then(giveBack, giveBack);
    this.#open.add(client);
    this.#unsubscribe ??= views.subscribe(() => {
      for (const open of [...this.#open]) open.onTick();
    });
    return client.stream;
  }

  /** Ends all streams. */
  close(): void {
    for (const client of [...this.#open]) client.close();
  }
}

/** Returns the same text for filters that differ only in the order of their values. */
function keyOf(filter: Filter): string {
  return JSON.stringify(filter, (_, value) => isListOfNames(value) ? [...new Set(value)].sort() : value);
}

function isListOfNames(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((it) => typeof it === "string" || typeof it === "number");
}

function busy(): HttpError {
  const headers = { "retry-after": "5" };
  const message = `More than ${CLIENTS_MAX} clients follow the changes; ask again later`;
  return new HttpError(message, { status: 503, code: "busy", headers });
}
