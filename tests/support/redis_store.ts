import type { RedisAddress } from "../../src/persist/redis/connection.ts";
import { RedisStore, type RedisTarget } from "../../src/persist/redis/redis_store.ts";
import { eventually } from "./eventually.ts";
import { RecordingLog } from "./recording_log.ts";

/** A RedisStore that runs until it is disposed of. It has short times for connecting and for giving up. */
export class RunningStore implements AsyncDisposable {
  readonly log = new RecordingLog();
  readonly store: RedisStore;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  /** @param target the differences from a server at `host` and `port` without a password. */
  constructor(
    { host = "127.0.0.1", port = 6379, ...target }: Partial<RedisTarget & RedisAddress>,
    { silence = 20_000 } = {},
  ) {
    const whole: RedisTarget = {
      location: { kind: "direct", address: { host, port } },
      db: 0,
      keyPrefix: "astrolabe:",
      ...target,
    };
    this.store = new RedisStore(whole, { log: this.log, silence, firstDelay: 5 });
    this.#ended = this.store.run(this.#stop.signal);
  }

  async connected(): Promise<this> {
    await eventually(() => this.store.connected, () => this.log.lines);
    return this;
  }

  async disconnected(): Promise<void> {
    await eventually(() => !this.store.connected);
  }

  /** Waits for this many attempts to connect. */
  async attempts(count: number): Promise<void> {
    const isAttempt = (line: string) => line.includes("Connecting to Redis");
    await eventually(() => this.log.lines.filter(isAttempt).length >= count, () => this.log.lines);
  }

  /** Waits for a line of the log with these words. */
  async says(words: string): Promise<void> {
    await eventually(() => this.lines.some((line) => line.includes(words)), () => this.log.lines);
  }

  /** The log at its default verbosity. */
  get lines(): readonly string[] {
    return this.log.lines.filter((line) => !line.startsWith("verbose"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}
