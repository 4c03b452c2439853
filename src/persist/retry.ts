import type { Clock } from "../model/clock.ts";

const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** `write`: a write was rejected, and the lease is kept. `claim`: it is not decided which process writes. */
export type FailedStep = "claim" | "write";

/**
 * Remembers the last failure until a step succeeds, and delays the next try. The delay doubles with each
 * failure.
 */
export class Retry {
  readonly #clock: Clock;
  #failure: { message: string; step: FailedStep; count: number; retryAt: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The message of the last failure, if nothing has succeeded since. */
  get message(): string | undefined {
    return this.#failure?.message;
  }

  /** The step of the last failure. */
  get step(): FailedStep | undefined {
    return this.#failure?.step;
  }

  /** Milliseconds until the next try. */
  get due(): number {
    return Math.max(0, (this.#failure?.retryAt ?? 0) - this.#clock.now());
  }

  /** Reports whether the step failed too recently to be tried again. */
  waitsFor(step: FailedStep): boolean {
    return this.#failure?.step === step && this.due > 0;
  }

  /** Records a failure. Returns whether it differs from the last one. */
  failed(message: string, step: FailedStep): boolean {
    const last = this.#failure;
    const count = (last?.count ?? 0) + 1;
    const pause = Math.min(LONGEST_RETRY_MS, SHORTEST_RETRY_MS * 2 ** (count - 1));
    const retryAt = this.#clock.now() + pause * (1 - this.#clock.random() / 2);
    this.#failure = { message, step, count, retryAt };
    return message !== last?.message;
  }

  /** Records that the connection was lost during a step: the next try begins immediately. */
  interrupted(message: string, step: FailedStep): void {
    this.#failure = { message, step, count: this.#failure?.count ?? 0, retryAt: 0 };
  }

  /** Lets the next try begin immediately, because there is a new connection. */
  hurry(): void {
    if (this.#failure !== undefined) this.#failure.retryAt = 0;
  }

  /** Returns whether there had been a failure. */
  succeeded(): boolean {
    const hadFailed = this.#failure !== undefined;
    this.#failure = undefined;
    return hadFailed;
  }
}
