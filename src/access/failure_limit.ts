/** Limits how often a client may fail to prove who it is, so that nobody tries tokens at our expense. */
import type { Clock } from "../model/clock.ts";

/** The failures that a client may have at once, and those that it may have a second in the long run. */
const BURST = 100;
const PER_SECOND = 5;
const CLIENTS_MAX = 10_000;

export class FailureLimit {
  readonly #clock: Clock;
  /** When each client will have all its attempts back, in milliseconds since 1970. */
  readonly #wholeAgainAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reports whether the client may try a token that we do not know. */
  allows(client: string): boolean {
    const rest = (this.#wholeAgainAt.get(client) ?? 0) - this.#clock.now();
    return rest <= (BURST - 1) * 1000 / PER_SECOND;
  }

  failed(client: string): void {
    const now = this.#clock.now();
    const at = Math.max(this.#wholeAgainAt.get(client) ?? 0, now) + 1000 / PER_SECOND;
    this.#wholeAgainAt.delete(client);
    this.#wholeAgainAt.set(client, at);
    if (this.#wholeAgainAt.size > CLIENTS_MAX) {
      this.#wholeAgainAt.delete(this.#wholeAgainAt.keys().next().value!);
    }
  }
}
