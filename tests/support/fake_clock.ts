import type { Clock } from "../../src/model/clock.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that only moves when a test advances it. */
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

  /** Lets time pass, and runs each timer when it is due. */
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

  /** Reports whether a timer is due in exactly this many milliseconds. */
  waitsFor(milliseconds: number): boolean {
    return [...this.#timers].some(({ at }) => at - this.#now === milliseconds);
  }
}
