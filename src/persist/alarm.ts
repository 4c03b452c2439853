import type { Clock } from "../model/clock.ts";

/** Lets a loop sleep until a time or until something happens, whichever comes first. */
export class Alarm {
  readonly #clock: Clock;
  #rung = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes the loop. If it is not asleep, its next sleep ends immediately. */
  ring(): void {
    this.#rung.resolve();
  }

  /** Waits for the given milliseconds, which may be Infinity, or until `ring` is called. */
  async wait(milliseconds: number): Promise<void> {
    const ring = () => this.ring();
    const cancel = milliseconds === Infinity ? undefined : this.#clock.after(milliseconds, ring);
    await this.#rung.promise;
    this.#rung = Promise.withResolvers();
    cancel?.();
  }
}
