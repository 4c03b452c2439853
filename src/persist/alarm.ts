import type { Clock } from "../model/clock.ts";

/** What one waits for who has nothing to do until some time, or until something happens. */
export class Alarm {
  readonly #clock: Clock;
  #rung = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has happened; who does not wait yet will not wait. */
  ring(): void {
    this.#rung.resolve();
  }

  /** Waits for so many milliseconds, which may be Infinity, or until it rings. */
  async wait(milliseconds: number): Promise<void> {
    const ring = () => this.ring();
    const cancel = milliseconds === Infinity ? undefined : this.#clock.after(milliseconds, ring);
    await this.#rung.promise;
    this.#rung = Promise.withResolvers();
    cancel?.();
  }
}
