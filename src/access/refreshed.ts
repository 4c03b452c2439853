/**
 * A value that another server knows, kept for a while. A value that is still good but no longer new is
 * fetched again in the background, so that somebody who asks often never waits. While the other server does
 * not answer, an old value is good for five minutes.
 */
import type { Clock } from "../model/clock.ts";

/** An age from which a value is fetched again, while it is still used. */
const RENEWED_FROM = 0.5;
const STALE_MAX_MS = 300_000;
/** The pause after a fetch that failed. */
const RETRY_MS = 5_000;

export interface RefreshedOptions {
  readonly clock: Clock;
  /** The age in milliseconds until which the value is used without asking. */
  readonly maxAge: number;
  /** Reports whether a failure means that the other server has not answered. Other failures are answers. */
  readonly isOutage: (error: unknown) => boolean;
}

type Fetch<T> = () => Promise<T>;

export class Refreshed<T> {
  readonly #options: RefreshedOptions;
  #value: { readonly it: T; readonly at: number } | undefined;
  #failedAt = -Infinity;
  #fetching: Promise<T> | undefined;

  constructor(options: RefreshedOptions) {
    this.#options = options;
  }

  /** Returns the value at once if it is new enough. Otherwise fetches it. The caller has what that needs. */
  get(fetch: Fetch<T>): T | Promise<T> {
    const { clock, maxAge } = this.#options;
    const value = this.#value;
    if (value === undefined) return this.#fetch(fetch);
    const age = clock.now() - value.at;
    if (age < maxAge * RENEWED_FROM) return value.it;
    if (age >= maxAge) return this.#orStale(value, fetch);
    if (this.#mayFetch()) this.#fetch(fetch).catch(() => {});
    return value.it;
  }

  /** Returns a value that is new enough, and never an old one. */
  getNew(fetch: Fetch<T>): T | Promise<T> {
    const { clock, maxAge } = this.#options;
    const value = this.#value;
    return value !== undefined && clock.now() - value.at < maxAge ? value.it : this.#fetch(fetch);
  }

  #orStale({ it, at }: { it: T; at: number }, fetch: Fetch<T>): T | Promise<T> {
    const { clock, isOutage } = this.#options;
    const isUsable = () => clock.now() - at < STALE_MAX_MS;
    if (!this.#mayFetch() && isUsable()) return it;
    return this.#fetch(fetch).catch((error) => {
      if (isOutage(error) && isUsable()) return it;
      throw error;
    });
  }

  #mayFetch(): boolean {
    return this.#options.clock.now() - this.#failedAt >= RETRY_MS;
  }

  #fetch(fetch: Fetch<T>): Promise<T> {
    const { clock, isOutage } = this.#options;
    this.#fetching ??= (async () => {
      // What the other server says was true when it was asked, at the earliest.
      const at = clock.now();
      try {
        const it = await fetch();
        this.#value = { it, at };
        this.#failedAt = -Infinity;
        return it;
      } catch (error) {
        if (isOutage(error)) this.#failedAt = clock.now();
        else this.#value = undefined;
        throw error;
      } finally {
        this.#fetching = undefined;
      }
    })();
    return this.#fetching;
  }
}
