import type { Clock } from "../model/clock.ts";

/**
 * Aborts a request when nothing has been heard for `limit` milliseconds, or with its parent. The limit
 * is asked for anew each time it seems to have passed.
 */
export class Watchdog {
  readonly signal: AbortSignal;

  #silence = new AbortController();
  #lastHeard: number;
  #cancel: () => void;

  constructor(limit: () => number, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.signal = AbortSignal.any([signal, this.#silence.signal]);
    this.#lastHeard = clock.now();
    this.heard = () => {
      this.#lastHeard = clock.now();
    };
    const check = () => {
      const left = this.#lastHeard + limit() - clock.now();
      if (left > 0) this.#cancel = clock.after(left, check);
      else this.#silence.abort();
    };
    this.#cancel = clock.after(limit(), check);
  }

  /** Bytes have come. */
  readonly heard: () => void;

  /** The limit has passed: the abort is not the parent's. */
  get bit(): boolean {
    return this.#silence.signal.aborted;
  }

  stop(): void {
    this.#cancel();
  }
}
