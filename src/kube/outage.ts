/**
 * Wakes the reflectors when the API server answers again after an outage. By then their backoff may have
 * grown to 30 seconds.
 *
 * A reflector reports each failure after which the API server may be down. Then `/readyz` is requested
 * immediately, and every second until there is an answer. If the first answer is good, the failure concerns
 * only this reflector, and its backoff continues.
 */
import { type Clock, sleep } from "../model/clock.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { Watchdog } from "./request.ts";

const POLL_INTERVAL_MS = 1_000;
const POLL_TIMEOUT_MS = 5_000;
/** After an outage, the reflectors resume at random moments within this time. */
const SPREAD_MS = 500;

export class Outage {
  readonly #client: Pick<KubeClient, "fetch">;
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();
  #suspicion = Promise.withResolvers<void>();

  constructor(client: Pick<KubeClient, "fetch">, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Records a failure. After some kinds of failure, the API server may be down. */
  suspect(error: unknown): void {
    if (error instanceof ApiStatusError ? error.status >= 500 : error instanceof ConnectionError) {
      this.#suspicion.resolve();
    }
  }

  /** Waits for `delay` milliseconds, or until the API server is back. Returns whether it is back. */
  async sleep(delay: number, signal: AbortSignal): Promise<boolean> {
    const back = new AbortController();
    const wake = () => back.abort();
    this.#sleepers.add(wake);
    await sleep(delay, { clock: this.#clock, signal: AbortSignal.any([signal, back.signal]) });
    this.#sleepers.delete(wake);
    if (!back.signal.aborted) return false;
    await sleep(this.#clock.random() * SPREAD_MS, { clock: this.#clock, signal });
    return true;
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#suspicion.resolve(), { once: true });
    while (!signal.aborted) {
      await this.#suspicion.promise;
      this.#suspicion = Promise.withResolvers();
      let away = false;
      while (!signal.aborted && !await this.#answers(signal)) {
        away = true;
        await sleep(POLL_INTERVAL_MS, { clock: this.#clock, signal });
      }
      if (away) { for (const wake of this.#sleepers) wake(); }
    }
  }

  /**
   * Reports whether the API server answers. Any status below 500 counts: some proxies do not serve the path.
   */
  async #answers(signal: AbortSignal): Promise<boolean> {
    const dog = new Watchdog(() => POLL_TIMEOUT_MS, { clock: this.#clock, signal });
    try {
      const response = await this.#client.fetch("/readyz", { accept: "*/*", signal: dog.signal });
      await response.body?.cancel();
      return response.status < 500;
    } catch {
      return false;
    } finally {
      dog.stop();
    }
  }
}
