import type { Clock } from "../model/clock.ts";

const SHORTEST = 800;
const LONGEST = 30_000;
const FORGETS_AFTER = 120_000;

/** Delays of 0.8 s × 2 up to 30 s, each shortened by up to half at random; forgets after two healthy minutes. */
export class Backoff {
  #clock: Clock;
  #failures = 0;
  #healthySince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  healthy(): void {
    this.#healthySince ??= this.#clock.now();
  }

  /** Counts a failure and returns the milliseconds to wait after it. */
  failed(): number {
    const healthyFor = this.#clock.now() - (this.#healthySince ?? Infinity);
    if (healthyFor >= FORGETS_AFTER) this.#failures = 0;
    this.#healthySince = undefined;
    const delay = Math.min(LONGEST, SHORTEST * 2 ** this.#failures++);
    return delay * (1 - this.#clock.random() / 2);
  }
}
