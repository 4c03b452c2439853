import type { Logger } from "../log.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import type { Reflector } from "./reflector.ts";
import { logFieldsOf } from "./request.ts";
import type { Traffic } from "./traffic.ts";

export interface VerifierOptions {
  /** Milliseconds between two verifications of a scope; 0: none. */
  readonly interval: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A verification without a result is repeated after this time, or after the interval if that is shorter. */
const RETRY_AFTER_MS = 300_000;
const NAMED = 5;

/**
 * Verifies every scope once in an interval, up to a quarter of it earlier or later, so that the lists are
 * spread. Objects that differ are logged and counted, and a new list heals them.
 */
export class Verifier {
  readonly #options: VerifierOptions;
  readonly #verifiedAt = new WeakMap<Reflector, number>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /**
   * Returns the time of the last verification that found the scope equal, in milliseconds since 1970. 0:
   * never.
   */
  verifiedAt(reflector: Reflector): number {
    return this.#verifiedAt.get(reflector) ?? 0;
  }

  /** Verifies a scope until `signal` aborts. Counts differences in the counters of its kind. */
  async follow(reflector: Reflector, traffic: Traffic, signal: AbortSignal): Promise<void> {
    const { interval, clock } = this.#options;
    if (interval === 0) return;
    let pause = interval * (1 - clock.random() / 2);
    for (;;) {
      await sleep(pause, { clock, signal });
      if (signal.aborted) break;
      const done = await this.#verify(reflector, traffic, signal);
      pause = done ? interval * (0.75 + clock.random() / 2) : Math.min(interval, RETRY_AFTER_MS);
    }
  }

  /** Verifies a scope. Returns whether there was a result. */
  async #verify(reflector: Reflector, traffic: Traffic, signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#options;
    const named = logFieldsOf(reflector.scope);
    let differences;
    try {
      differences = await reflector.verify(signal);
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof ApiStatusError || error instanceof ConnectionError)) throw error;
      log.verbose(1, "Cannot verify the graph", { ...named, error: error.message });
    }
    if (differences === undefined) return false;
    if (differences.length === 0) {
      this.#verifiedAt.set(reflector, clock.now());
      log.verbose(1, "Verified the graph", named);
      return true;
    }
    traffic.differences += differences.length;
    const uids = differences.slice(0, NAMED).join(", ");
    log.warn("The graph differs from the API server; listing the kind again", {
      ...named,
      differences: differences.length,
      uids,
    });
    reflector.distrust(`${differences.length} objects differed from the API server`);
    return true;
  }
}
