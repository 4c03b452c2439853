/**
 * Follows the changes of the cluster with `fetch`, one connection at most, and none while the tab is hidden.
 * It begins anew by itself, after a pause that grows to a few seconds while the server does not answer. A
 * connection on which nothing arrives for longer than the server's heartbeat is given up: a proxy may hold
 * it open without a server behind it.
 */
import type { Delta } from "../answers.ts";
import { Failure } from "./failure.ts";
import { linesOf } from "./lines.ts";
import { headers } from "./session.ts";

export type Connection = "connecting" | "live" | "lost" | "hidden";

interface Message {
  readonly rv: string;
  readonly deltas: readonly Delta[];
  readonly partial?: true;
}

export interface StreamListener {
  /** The cluster has changed. A stream without deltas has none. */
  onChange(deltas: readonly Delta[]): void;
  onConnection(connection: Connection, failure?: Failure): void;
}

const SILENCE_MAX_MS = 40_000;
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 5_000;

export class Stream {
  readonly #listener: StreamListener;
  #query = "only=rv";
  #running: AbortController | undefined;

  constructor(listener: StreamListener) {
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => this.#restart());
  }

  /** Follows what matches the query from now on; `only=rv` follows everything without deltas. */
  follow(query: string): void {
    if (query === this.#query && this.#running) return;
    this.#query = query;
    this.#restart();
  }

  /** Connects anew, as another user or after a failure. */
  reconnect(): void {
    this.#restart();
  }

  #restart(): void {
    this.#running?.abort();
    this.#running = undefined;
    if (document.hidden) return this.#listener.onConnection("hidden");
    this.#running = new AbortController();
    void this.#run(this.#query, this.#running.signal);
  }

  async #run(query: string, signal: AbortSignal): Promise<void> {
    let pause = PAUSE_MIN_MS;
    this.#listener.onConnection("connecting");
    while (!signal.aborted) {
      let failure: Failure | undefined;
      try {
        await this.#read(query, signal, () => pause = PAUSE_MIN_MS);
      } catch (error) {
        failure = error instanceof Failure ? error : new Failure(0, String(error));
      }
      if (signal.aborted) return;
      this.#listener.onConnection("lost", failure);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      pause = Math.min(pause * 2, PAUSE_MAX_MS);
    }
  }

  async #read(query: string, signal: AbortSignal, onLive: () => void): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
    try {
      const response = await fetch(`api/v1/watch?${query}`, {
        headers: headers(),
        signal: AbortSignal.any([signal, silence.signal]),
        cache: "no-store",
      });
      if (!response.ok) throw await Failure.from(response);
      if (response.body === null) throw new Failure(0, "The stream has no body");
      let isLive = false;
      let deltas: Delta[] = [];
      for await (const line of linesOf(response.body)) {
        // Not before: a proxy that buffers answers sends the header and nothing else.
        if (!isLive) {
          isLive = true;
          onLive();
          this.#listener.onConnection("live");
        }
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
        if (line === "") continue;
        const message: Message = JSON.parse(line);
        for (const delta of message.deltas) deltas.push(delta);
        if (message.partial) continue;
        this.#listener.onChange(deltas);
        deltas = [];
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
