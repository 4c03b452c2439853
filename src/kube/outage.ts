/**
 * Notices when an API server that was away answers again, so that no reflector sleeps through it: a delay
 * of the backoff may have grown to 30 seconds by then.
 *
 * A reflector reports each failure that may be more than its own. Then `/readyz` is asked: at once, and as
 * long as it is not answered, every second. A failure while the API server answers is the reflector's own,
 * and its backoff grows as ever.
 */
import { type Clock, sleep } from "../model/clock.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { Watchdog } from "./request.ts";

const POLL_INTERVAL_MS = 1_000;
const POLL_TIMEOUT_MS = 5_000;
/** The reflectors come back within this time, not all in one moment. */
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

  /** Takes note of a failure after which the API server may be away. */
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

  /** Looks after the API server until `signal` aborts. */
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

  /** Any answer but that of a failing server counts: some proxies do not serve the path. */
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
