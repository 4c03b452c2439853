import type { Clock } from "../model/clock.ts";

const SHORTEST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** `write`: a write was rejected, and the lease is kept meanwhile; `claim`: it is open who writes. */
export type FailedStep = "claim" | "write";

/** The last failure until a step succeeds, and when to try again: after a pause that doubles with each failure. */
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

  /** The step that failed last. */
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

  /** Notes a failure. Returns whether it is another one than the last. */
  failed(message: string, step: FailedStep): boolean {
    const last = this.#failure;
    const count = (last?.count ?? 0) + 1;
    const pause = Math.min(LONGEST_RETRY_MS, SHORTEST_RETRY_MS * 2 ** (count - 1));
    const retryAt = this.#clock.now() + pause * (1 - this.#clock.random() / 2);
    this.#failure = { message, step, count, retryAt };
    return message !== last?.message;
  }

  /** Notes that the connection was lost on the way: the next one is tried at once. */
  interrupted(message: string, step: FailedStep): void {
    this.#failure = { message, step, count: this.#failure?.count ?? 0, retryAt: 0 };
  }

  /** Lets the next try begin at once, since the connection is another one. */
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
