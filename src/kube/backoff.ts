import type { Clock } from "../model/clock.ts";

const SHORTEST_MS = 800;
const LONGEST_MS = 30_000;

/** Delays of 0.8 s × 2 up to 30 s, each shortened by up to half at random. */
export class Backoff {
  #clock: Clock;
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a failure and returns the milliseconds to wait after it. */
  failed(): number {
    const delay = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** this.#failures++);
    return delay * (1 - this.#clock.random() / 2);
  }

  /** Begins again with the shortest delay. */
  reset(): void {
    this.#failures = 0;
  }
}
