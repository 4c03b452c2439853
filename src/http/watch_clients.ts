/**
 * All clients of the change stream, at most a hundred of them, and at most twenty of one user. The rights of a
 * client are asked for again every few seconds. If they have changed, the client is told to forget everything
 * and gets a snapshot of what exists for it now. If it may no longer ask, its stream ends.
 */
import type { Asker } from "../access/access.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Filter } from "../graph/queries/select.ts";
import type { Clock } from "../model/clock.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { View } from "../stream/view.ts";
import type { Views } from "../stream/views.ts";
import { refuseTooLarge } from "./filter.ts";
import { HttpError } from "./http_error.ts";
import { WatchClient } from "./watch_client.ts";

const CLIENTS_MAX = 100;
const CLIENTS_OF_USER_MAX = 20;
const ASK_AGAIN_MS = 10_000;
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
  readonly asker: Asker;
  /** Admits the client again. Undefined where everybody sees everything. */
  readonly askAgain?: (() => Asker | Promise<Asker>) | undefined;
}

export class WatchClients {
  readonly #options: WatchClientsOptions;
  readonly #buffer = new ArrayBuffer(2 * MESSAGE_BYTES_MAX);
  /** Clients whose body has not ended. */
  readonly #open = new Set<WatchClient>();
  #count = 0;
  readonly #countOfUser = new Map<string, number>();
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
   * @throws {HttpError} 503 beyond a hundred clients, 429 if the user has too many, 400 if the filter matches
   * too much.
   */
  open(
    { filter, labels, format, rv, completed, asker, askAgain }: WatchRequest,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { graph, clock, kindStatuses, messageBytesMax = MESSAGE_BYTES_MAX, views } = this.#options;
    if (this.#count >= CLIENTS_MAX) throw busy();
    const giveBack = this.#countIn(asker.name);
    let joined: Joined | undefined;
    try {
      joined = filter && this.#join(filter, asker);
    } catch (error) {
      giveBack();
      throw error;
    }
    const client: WatchClient = new WatchClient({
      graph,
      clock,
      view: joined?.view,
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
        joined?.leave();
        cancelAsking();
        if (completed === undefined) giveBack();
      },
    });
    const cancelAsking = this.#askRepeatedly(client, askAgain, {
      rights: asker.rights,
      onRights: (asker) => {
        if (filter === undefined) return;
        joined?.leave();
        joined = undefined;
        joined = this.#join(filter, asker);
        client.show(joined.view);
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

  /** Joins the view of a filter. @throws {HttpError} 400 if it is too large. */
  #join(filter: Filter, { graph, rights }: Asker): Joined {
    const { views } = this.#options;
    const key = `${rights} ${keyOf(filter)}`;
    const view = views.join(key, filter, graph);
    const leave = () => views.leave(key);
    try {
      refuseTooLarge(view.size);
    } catch (error) {
      leave();
      throw error;
    }
    return { view, leave };
  }

  /** Counts a client, until the returned function is called. @throws {HttpError} 429 */
  #countIn(user: string): () => void {
    const counts = this.#countOfUser;
    const count = counts.get(user) ?? 0;
    if (user !== "" && count >= CLIENTS_OF_USER_MAX) throw tooMany();
    counts.set(user, count + 1);
    this.#count++;
    return () => {
      this.#count--;
      const left = (counts.get(user) ?? 1) - 1;
      if (left === 0) counts.delete(user);
      else counts.set(user, left);
    };
  }

  /** Calls `onRights` when the rights have changed, and ends the client when it may no longer ask. */
  #askRepeatedly(
    client: WatchClient,
    askAgain: (() => Asker | Promise<Asker>) | undefined,
    { rights, onRights }: { rights: string; onRights: (asker: Asker) => void },
  ): () => void {
    if (askAgain === undefined) return () => {};
    const { clock } = this.#options;
    let known = rights;
    let isOver = false;
    let cancel: () => void;
    const askLater = () => {
      cancel = clock.after(ASK_AGAIN_MS, async () => {
        try {
          const asker = await askAgain();
          if (isOver) return;
          if (asker.rights !== known) onRights(asker);
          known = asker.rights;
          askLater();
        } catch {
          // The client may not ask, or nobody knows whether it may, or it would get too much. If it comes again, it
          // learns which.
          client.close();
        }
      });
    };
    askLater();
    return () => {
      isOver = true;
      cancel();
    };
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

interface Joined {
  readonly view: View;
  readonly leave: () => void;
}

function tooMany(): HttpError {
  const headers = { "retry-after": "5" };
  const message = `More than ${CLIENTS_OF_USER_MAX} of your clients follow the changes`;
  return new HttpError(message, { status: 429, code: "too_many_requests", headers });
}

function busy(): HttpError {
  const headers = { "retry-after": "5" };
  const message = `More than ${CLIENTS_MAX} clients follow the changes; ask again later`;
  return new HttpError(message, { status: 503, code: "busy", headers });
}
