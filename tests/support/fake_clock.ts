import type { Clock } from "../../src/model/clock.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  /** The value that `random` returns. */
  chance = 0;
  #now: number;
  #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  random = (): number => this.chance;

  after(delay: number, task: () => void): () => void {
    const timer = { at: this.#now + delay, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, and runs what is due at its time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = end;
  }

  /** Whether a timer will go off in exactly so many milliseconds. */
  waitsFor(milliseconds: number): boolean {
    return [...this.#timers].some(({ at }) => at - this.#now === milliseconds);
  }
}
