/**
 * Reads answers and keeps those that are on screen current. A component names the path that it needs; all
 * components that name the same path share the answer. After a change in the cluster, every answer on screen
 * is asked for again with its ETag, at most a few at a time, since browsers allow six connections to a server
 * and the stream takes one. An answer that took long is asked for less often, so that a page costs a large
 * cluster's server only a part of its time. A failed request leaves the last answer in place, with the failure beside it.
 */
import { Failure } from "./failure.ts";
import { headers } from "./session.ts";

export interface Answer<T> {
  /** The last good answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why the last request failed, if it did. */
  readonly failure: Failure | undefined;
  /** The path of the next page, from the Link header. */
  readonly next: string | undefined;
}

interface Entry {
  answer: Answer<unknown>;
  etag: string | undefined;
  users: Set<() => void>;
  /** The revision of the cluster at which it was last asked for. */
  askedAt: number;
  /** Kept current with the cluster; false: read once. */
  readonly isLive: boolean;
  /** When the last request began, and how long it took. */
  startedMs: number;
  tookMs: number;
  /** Asks again after a change that came too early. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

const NOTHING: Answer<never> = { value: undefined, failure: undefined, next: undefined };
const REQUESTS_MAX = 4;
/** An answer that takes longer is asked for at most once in so many times as long. */
const CHEAP_MS = 50;
const PAUSE_FACTOR = 4;

export class Reader {
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: string[] = [];
  readonly #onUnauthorized: () => void;
  #running = 0;
  /** Grows with every change in the cluster. */
  #revision = 0;
  #idle: (() => void)[] = [];

  constructor({ onUnauthorized }: { readonly onUnauthorized: () => void }) {
    this.#onUnauthorized = onUnauthorized;
  }

  /** Returns the last answer of a path that is in use. */
  peek<T>(path: string): Answer<T> {
    return (this.#entries.get(path)?.answer ?? NOTHING) as Answer<T>;
  }

  /** Asks for a path, and calls the listener at each new answer until the returned function is called. */
  use(path: string, listener: () => void, { isLive = true } = {}): () => void {
    let entry = this.#entries.get(path);
    if (entry === undefined) {
      entry = {
        answer: NOTHING,
        etag: undefined,
        users: new Set(),
        askedAt: -1,
        isLive,
        startedMs: 0,
        tookMs: 0,
        timer: undefined,
      };
      this.#entries.set(path, entry);
    }
    entry.users.add(listener);
    if (entry.askedAt < this.#revision && (isLive || entry.askedAt === -1)) this.#ask(path, entry);
    return () => {
      entry.users.delete(listener);
      if (entry.users.size > 0) return;
      clearTimeout(entry.timer);
      this.#entries.delete(path);
    };
  }

  /** Asks for every live answer on screen again. Settles when all have come. */
  async refresh(): Promise<void> {
    this.#revision++;
    for (const [path, entry] of this.#entries) if (entry.isLive) this.#askInTime(path, entry);
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    await promise;
  }

  /** Asks for a path on screen again. */
  again(path: string): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#ask(path, entry);
  }

  /** Forgets all answers, and asks again for those on screen: another user may see others. */
  reset(): void {
    for (const entry of this.#entries.values()) {
      Object.assign(entry, { answer: NOTHING, etag: undefined, askedAt: -1 });
    }
    this.#revision++;
    for (const [path, entry] of this.#entries) this.#ask(path, entry);
  }

  /** Asks now, or later if the last answer took long. */
  #askInTime(path: string, entry: Entry): void {
    const pause = entry.tookMs < CHEAP_MS
      ? 0
      : entry.startedMs + entry.tookMs * PAUSE_FACTOR - performance.now();
    if (pause <= 0) return this.#ask(path, entry);
    entry.timer ??= setTimeout(() => {
      entry.timer = undefined;
      this.#ask(path, entry);
    }, pause);
  }

  #ask(path: string, entry: Entry): void {
    entry.askedAt = this.#revision;
    if (!this.#waiting.includes(path)) this.#waiting.push(path);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < REQUESTS_MAX) {
      const path = this.#waiting.shift();
      if (path === undefined) break;
      const entry = this.#entries.get(path);
      if (entry === undefined) continue;
      this.#running++;
      this.#request(path, entry).finally(() => {
        this.#running--;
        this.#startNext();
      });
    }
    if (this.#running === 0) { for (const resolve of this.#idle.splice(0)) resolve(); }
  }

  async #request(path: string, entry: Entry): Promise<void> {
    entry.startedMs = performance.now();
    const answer = await this.#fetch(path, entry);
    entry.tookMs = performance.now() - entry.startedMs;
    if (answer === undefined || this.#entries.get(path) !== entry) return;
    entry.answer = answer;
    for (const listener of [...entry.users]) listener();
  }

  async #fetch(path: string, entry: Entry): Promise<Answer<unknown> | undefined> {
    const failed = (failure: Failure) => ({ ...entry.answer, failure });
    try {
      const known = entry.etag === undefined ? {} : { "if-none-match": entry.etag };
      // The page compares by itself, so that the browser's cache holds nothing of a cluster.
      const response = await fetch(path, { headers: headers(known), cache: "no-store" });
      if (response.status === 304) return entry.answer.failure && { ...entry.answer, failure: undefined };
      if (response.status === 401) this.#onUnauthorized();
      if (!response.ok) {
        const failure = await Failure.from(response);
        return response.status === 404 ? { ...NOTHING, failure } : failed(failure);
      }
      const value = await response.json();
      entry.etag = response.headers.get("etag") ?? undefined;
      const next = /<([^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      return { value, failure: undefined, next };
    } catch (error) {
      return failed(new Failure(0, error instanceof Error ? error.message : String(error)));
    }
  }
}
