/**
 * The Store on a real Redis: one server, the master that Sentinels name, or the node of a Redis Cluster that
 * owns the slot of all keys. Each connection is a new client, to the server that the locator finds, with a
 * new lease token. When it ends, all pending commands fail and are not sent again, and the store connects
 * again, forever. The token of the lease protects against writes that are still in an old socket.
 */
import type { Redis } from "ioredis";
import type { Logger } from "../../log.ts";
import { sleep, systemClock } from "../../model/clock.ts";
import { KEY_PREFIX, LEASE_KEY, METADATA_KEY } from "../format/keys.ts";
import type { Batch, BatchResult, LeaseResult, Store, StoreInfo } from "../store.ts";
import { ClusterLocator } from "./cluster_locator.ts";
import { addressText, Connection, type RedisAddress, type RedisLogin, type RedisTls } from "./connection.ts";
import { endsConnection, explainRedisError, ifRefused } from "./errors.ts";
import { hashSlot } from "./hash_slot.ts";
import { readRedisInfo } from "./info.ts";
import { direct, type Locator } from "./locator.ts";
import { runScript } from "./run_script.ts";
import { LEASE, RELEASE, type Script, WRITE, writeCall } from "./script.ts";
import { SentinelLocator } from "./sentinel_locator.ts";

export type RedisLocation =
  | { readonly kind: "direct"; readonly address: RedisAddress }
  | {
    readonly kind: "sentinel";
    readonly sentinels: readonly RedisAddress[];
    readonly master: string;
    /** The login for the Sentinels. */
    readonly login: RedisLogin;
  }
  | { readonly kind: "cluster"; readonly nodes: readonly RedisAddress[] };

export interface RedisTarget extends RedisLogin {
  readonly location: RedisLocation;
  readonly db: number;
  /** TLS for Redis and the Sentinels. Unset: no TLS. */
  readonly tls?: RedisTls | undefined;
  /** The prefix of all keys, in place of `astrolabe:`. */
  readonly keyPrefix: string;
}

export interface RedisStoreOptions {
  readonly log: Logger;
  /** Milliseconds after which the connection is closed if a command is pending and the server sends nothing. */
  readonly silence?: number | undefined;
  /** Milliseconds before the second attempt to connect. The delay doubles with each failure. */
  readonly firstDelay?: number | undefined;
}

const SILENCE_MS = 5_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** The longest delay. A failover takes some seconds, and the next attempt should follow it soon. */
const LONGEST_DELAY_OF_MOVABLE_MS = 500;
/** The lifetime of a connection after which the delays start from the beginning. */
const HEALTHY_AFTER_MS = 60_000;
/** The number of keys that Redis visits in one step of a scan. A step takes some hundred microseconds. */
const SCAN_COUNT = 2_000;

export class RedisStore implements Store {
  readonly #target: RedisTarget;
  readonly #locator: Locator;
  readonly #log: Logger;
  readonly #silence: number;
  readonly #firstDelay: number;
  readonly #lease: string;
  readonly #listeners: ((connected: boolean) => void)[] = [];
  #connection: Connection | undefined;
  #isDescribed = false;
  #failure: string | undefined;

  constructor(
    target: RedisTarget,
    { log, silence = SILENCE_MS, firstDelay = FIRST_DELAY_MS }: RedisStoreOptions,
  ) {
    this.#target = target;
    this.#lease = this.#nameOf(LEASE_KEY);
    this.#locator = this.#makeLocator();
    this.#log = log;
    this.#silence = silence;
    this.#firstDelay = firstDelay;
  }

  /** The name of the server, for the log. */
  get name(): string {
    return this.#locator.name;
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    const longestDelay = this.#locator.isMovable ? LONGEST_DELAY_OF_MOVABLE_MS : LONGEST_DELAY_MS;
    let failures = 0;
    let said = "";
    while (!signal.aborted) {
      const started = Date.now();
      const { message } = await this.#connect(signal);
      if (signal.aborted) return;

      if (Date.now() - started >= HEALTHY_AFTER_MS) [failures, said] = [0, ""];
      if (message !== said) this.#log.warn(message);
      said = message;
      this.#failure = message;
      const delay = Math.min(longestDelay, this.#firstDelay * 2 ** failures++);
      await sleep(delay * (1 - Math.random() / 2), { clock: systemClock, signal });
    }
  }

  async info(): Promise<StoreInfo> {
    return await this.#ask("Redis does not tell its state", (client) => this.#describe(client));
  }

  async *scan(prefix: string): AsyncIterable<readonly string[]> {
    const pattern = `${this.#nameOf(prefix).replace(/[*?[\]\\]/g, "\\$&")}*`;
    let cursor = "0";
    do {
      const [next, names] = await this.#ask(
        "Redis does not list its keys",
        (client) => client.scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT),
      );
      cursor = next;
      if (names.length > 0) yield this.#keysOf(names);
    } while (cursor !== "0");
  }

  async get(keys: readonly string[]): Promise<readonly (string | null)[]> {
    if (keys.length === 0) return [];
    const names = keys.map((key) => this.#nameOf(key));
    return await this.#ask("Redis does not give values", (client) => client.mget(names));
  }

  async members(keys: readonly string[]): Promise<readonly (readonly string[])[]> {
    return await this.#ask("Redis does not give members", async (client) => {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.smembers(this.#nameOf(key));
      return (await pipeline.exec() ?? []).map(([error, members]) => {
        // The key should be a set and is not. The next batch that adds to it replaces it.
        if (error && !error.message.startsWith("WRONGTYPE")) throw error;
        return error ? [] : members as string[];
      });
    });
  }

  async write(batches: readonly Batch[], token: string): Promise<readonly BatchResult[]> {
    const what = "Redis rejected the write";
    const options = { lease: this.#lease, token, nameOf: (key: string) => this.#nameOf(key) };
    return await this.#ask(what, async (client, connection) => {
      const replies = await runScript(client, WRITE, batches.map((batch) => writeCall(batch, options)));
      return replies.map((reply) => {
        if (!(reply instanceof Error)) return reply === 1 ? "written" : "refused";
        return this.#explain(what, reply, connection);
      });
    });
  }

  async lease(token: string, milliseconds: number): Promise<LeaseResult> {
    const reply = await this.#run(LEASE, [token, milliseconds]);
    return reply === 1 ? "prolonged" : reply === 2 ? "taken" : "refused";
  }

  async release(token: string): Promise<void> {
    await this.#run(RELEASE, [token]);
  }

  async #run(script: Script, args: readonly (string | number)[]): Promise<unknown> {
    return await this.#ask("Redis does not change the lease", async (client) => {
      const [reply] = await runScript(client, script, [[1, this.#lease, ...args]]);
      if (reply instanceof Error) throw reply;
      return reply;
    });
  }

  async #ask<T>(
    what: string,
    question: (client: Redis, connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error(`${what}: there is no connection`);
    try {
      return await question(connection.client, connection);
    } catch (error) {
      throw this.#explain(what, error, connection);
    }
  }

  #explain(what: string, error: unknown, connection: Connection): Error {
    if (!endsConnection(error)) return explainRedisError(what, error);
    connection.leave(error);
    this.#lose(connection);
    return explainRedisError(what, connection.reason);
  }

  /** Opens one connection, and waits for its end. Returns the reason of the end. */
  async #connect(signal: AbortSignal): Promise<Error> {
    let address: RedisAddress;
    try {
      address = await this.#locator.locate(signal);
    } catch (error) {
      return error as Error;
    }
    const text = addressText(address);
    let what = `Cannot connect to Redis at ${text}`;
    let connection: Connection;
    try {
      connection = new Connection(address, { ...this.#target, silence: this.#silence });
    } catch (error) {
      return explainRedisError(what, error);
    }
    this.#log.verbose(1, "Connecting to Redis", { address: text });
    connection.client.on("close", () => this.#lose(connection));
    const abort = () => {
      connection.leave();
      this.#lose(connection);
    };
    signal.addEventListener("abort", abort);

    try {
      if (signal.aborted) abort();
      await connection.open();
      await this.#greet(connection);
      what = `Lost Redis at ${text}`;
      if (!signal.aborted) this.#enter(connection, text);
    } catch (error) {
      connection.leave(error);
    }
    await connection.ended;
    signal.removeEventListener("abort", abort);
    return explainRedisError(what, connection.reason);
  }

  async #greet(connection: Connection): Promise<void> {
    const { client } = connection;
    const { db } = this.#target;
    if (db !== 0) await client.select(db);
    await this.#locator.confirm(connection);
    if (!this.#isDescribed) this.#warn(await this.#describe(client));
    this.#isDescribed = true;
  }

  async #describe(client: Redis): Promise<StoreInfo> {
    const { kind } = this.#target.location;
    const slot = hashSlot(this.#lease);
    const count = () => kind === "cluster" ? client.cluster("COUNTKEYSINSLOT", slot) : client.dbsize();
    const [info, save, keys] = await Promise.all([
      client.info().catch(ifRefused("")),
      client.config("GET", "save").catch(ifRefused([])),
      count().catch(ifRefused(undefined)),
    ]);
    const [, value] = save as string[];
    return readRedisInfo(info, { keys, save: value });
  }

  #enter(connection: Connection, address: string): void {
    this.#connection = connection;
    this.#failure = undefined;
    this.#log.info("Successfully connected to Redis", { address });
    for (const listener of this.#listeners) listener(true);
  }

  #lose(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    for (const listener of this.#listeners) listener(false);
  }

  /** Warns if the settings of Redis may lose data. */
  #warn({ maxMemoryPolicy = "noeviction", durable = true }: StoreInfo): void {
    if (maxMemoryPolicy !== "noeviction") {
      this.#log.warn("Redis drops keys when its memory is full; set maxmemory-policy to noeviction", {
        policy: maxMemoryPolicy,
      });
    }
    if (!durable) this.#log.warn("Redis loses everything when it restarts: neither RDB nor AOF is on");
  }

  #makeLocator(): Locator {
    const { location, tls, username, password } = this.#target;
    switch (location.kind) {
      case "direct":
        return direct(location.address);
      case "sentinel":
        return new SentinelLocator({ ...location, ...location.login, tls });
      case "cluster":
        return new ClusterLocator({
          ...location,
          key: this.#nameOf(METADATA_KEY),
          username,
          password,
          tls,
        });
    }
  }

  /** Returns the name of one of our keys in this Redis. */
  #nameOf(key: string): string {
    const { keyPrefix } = this.#target;
    return keyPrefix === KEY_PREFIX ? key : keyPrefix + key.slice(KEY_PREFIX.length);
  }

  #keysOf(names: readonly string[]): readonly string[] {
    const { keyPrefix } = this.#target;
    if (keyPrefix === KEY_PREFIX) return names;
    return names.map((name) => KEY_PREFIX + name.slice(keyPrefix.length));
  }
}
