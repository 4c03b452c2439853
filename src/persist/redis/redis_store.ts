/**
 * The Store on a real Redis. Each connection is a client of its own, made with the password and the
 * certificates as they are then; when it ends, all that was under way has failed, nothing is sent
 * again, and the next one is tried, for ever. A server that goes silent while it owes an answer counts
 * as gone: what is still in that socket is what the lease's token guards against.
 */
import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../../log.ts";
import { endsConnection, explainRedisError } from "./errors.ts";
import { readRedisInfo } from "./info.ts";
import { LEASE, LEASE_KEY, RELEASE, type Script, type ScriptCall, WRITE, writeCall } from "./script.ts";
import type { Batch, BatchResult, LeaseResult, Store, StoreInfo } from "../store.ts";

export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: () => string;
  readonly db: number;
  /** Unset: no TLS. Paths of PEM files. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface RedisStoreOptions {
  readonly log: Logger;
  /** Milliseconds after which a server that owes an answer and sends nothing is given up. */
  readonly silence?: number;
  /** Milliseconds before the second attempt to connect; it doubles with each that fails. */
  readonly firstDelay?: number;
}

const SILENCE = 5_000;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 10_000;
/** A connection that held for so long was a good one: after it the delays start anew. */
const HEALTHY_AFTER = 60_000;
/** How long a server may take to see that it is left. */
const PARTING = 200;
/** Keys that Redis looks at in one step of a scan, some hundred microseconds of its time. */
const SCAN_COUNT = 2_000;

export class RedisStore implements Store {
  readonly #target: RedisTarget;
  readonly #log: Logger;
  readonly #silence: number;
  readonly #firstDelay: number;
  readonly #listeners: ((connected: boolean) => void)[] = [];
  #client: Redis | undefined;
  /** The client that was told to end its connection: once, for each time it starts a timer. */
  #left: Redis | undefined;
  /** Why the connection was ended from here. */
  #reason: unknown;
  #described = false;
  #failure: string | undefined;

  constructor(target: RedisTarget, { log, silence = SILENCE, firstDelay = FIRST_DELAY }: RedisStoreOptions) {
    this.#target = target;
    this.#log = log;
    this.#silence = silence;
    this.#firstDelay = firstDelay;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let said = "";
    while (!signal.aborted) {
      const started = Date.now();
      const { message } = await this.#connect(signal);
      if (signal.aborted) return;

      if (Date.now() - started >= HEALTHY_AFTER) [failures, said] = [0, ""];
      if (message !== said) this.#log.warn(message);
      said = message;
      this.#failure = message;
      const delay = Math.min(LONGEST_DELAY, this.#firstDelay * 2 ** failures++);
      await sleep(delay * (1 - Math.random() / 2), signal);
    }
  }

  async info(): Promise<StoreInfo> {
    return await this.#ask("Redis does not tell its state", describe);
  }

  async *scan(prefix: string): AsyncIterable<readonly string[]> {
    const pattern = `${prefix.replace(/[*?[\]\\]/g, "\\$&")}*`;
    let cursor = "0";
    do {
      const [next, keys] = await this.#ask(
        "Redis does not list its keys",
        (client) => client.scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT),
      );
      cursor = next;
      if (keys.length > 0) yield keys;
    } while (cursor !== "0");
  }

  async get(keys: readonly string[]): Promise<readonly (string | null)[]> {
    if (keys.length === 0) return [];
    return await this.#ask("Redis does not give values", (client) => client.mget([...keys]));
  }

  async members(keys: readonly string[]): Promise<readonly (readonly string[])[]> {
    return await this.#ask("Redis does not give members", async (client) => {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.smembers(key);
      return (await pipeline.exec() ?? []).map(([error, members]) => {
        // A key that should be a set and is not: whoever adds to it replaces it.
        if (error && !error.message.startsWith("WRONGTYPE")) throw error;
        return error ? [] : members as string[];
      });
    });
  }

  async write(batches: readonly Batch[], token: string): Promise<readonly BatchResult[]> {
    const what = "Redis takes no writes";
    return await this.#ask(what, async (client) => {
      const replies = await runScript(client, WRITE, batches.map((batch) => writeCall(batch, token)));
      return replies.map((reply) => {
        if (!(reply instanceof Error)) return reply === 1 ? "written" : "refused";
        return this.#explain(what, reply, client);
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
      const [reply] = await runScript(client, script, [[1, LEASE_KEY, ...args]]);
      if (reply instanceof Error) throw reply;
      return reply;
    });
  }

  async #ask<T>(what: string, question: (client: Redis) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (client === undefined) throw new Error(`${what}: there is no connection`);
    try {
      return await question(client);
    } catch (error) {
      throw this.#explain(what, error, client);
    }
  }

  #explain(what: string, error: unknown, client: Redis): Error {
    if (!endsConnection(error)) return explainRedisError(what, error);
    this.#leave(client, error);
    return explainRedisError(what, this.#reason);
  }

  /** One connection, from its first to its last moment. Why it ended. */
  async #connect(signal: AbortSignal): Promise<Error> {
    const address = `${this.#target.host}:${this.#target.port}`;
    let what = `Cannot connect to Redis at ${address}`;
    let client: Redis;
    try {
      client = new Redis(this.#options());
    } catch (error) {
      return explainRedisError(what, error);
    }
    this.#reason = undefined;
    this.#log.verbose(1, "Connecting to Redis", { address });
    client.on("error", (error) => this.#reason ??= error);
    client.on("close", () => this.#lose(client));
    const ended = new Promise((resolve) => client.once("end", resolve));
    const abort = () => this.#leave(client);
    signal.addEventListener("abort", abort);

    try {
      await client.connect();
      await this.#greet(client);
      what = `Lost Redis at ${address}`;
      if (!signal.aborted) this.#enter(client, address);
    } catch (error) {
      this.#leave(client, error);
    }
    await ended;
    signal.removeEventListener("abort", abort);
    return explainRedisError(what, this.#reason ?? "Connection is closed");
  }

  #options() {
    const { host, port, tls } = this.#target;
    const read = (path: string) => Deno.readTextFileSync(path);
    return {
      host,
      port,
      ...(tls && {
        tls: {
          ...(tls.ca === undefined ? {} : { ca: read(tls.ca) }),
          ...(tls.cert === undefined ? {} : { cert: read(tls.cert) }),
          ...(tls.key === undefined ? {} : { key: read(tls.key) }),
        },
      }),
      // The client's own greeting writes warnings to the console, and keeps the password.
      protocol: 2,
      disableClientInfo: true,
      enableReadyCheck: false,
      lazyConnect: true,
      retryStrategy: null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      connectTimeout: this.#silence,
      socketTimeout: this.#silence,
      disconnectTimeout: PARTING,
    } satisfies RedisOptions;
  }

  async #greet(client: Redis): Promise<void> {
    const { username, password, db } = this.#target;
    const secret = password?.();
    if (secret !== undefined) await (username ? client.auth(username, secret) : client.auth(secret));
    if (db !== 0) await client.select(db);
    await client.ping();
    if (!this.#described) this.#warn(await describe(client));
    this.#described = true;
  }

  #enter(client: Redis, address: string): void {
    this.#client = client;
    this.#failure = undefined;
    this.#log.info("Successfully connected to Redis", { address });
    for (const listener of this.#listeners) listener(true);
  }

  /** Ends the connection. What comes after it is another one, with a client of its own. */
  #leave(client: Redis, reason?: unknown): void {
    this.#reason ??= reason;
    if (this.#left !== client && client.status !== "end") {
      this.#left = client;
      client.disconnect();
    }
    this.#lose(client);
  }

  #lose(client: Redis): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    for (const listener of this.#listeners) listener(false);
  }

  /** Says how this Redis may lose what it is given. */
  #warn({ maxMemoryPolicy = "noeviction", durable = true }: StoreInfo): void {
    if (maxMemoryPolicy !== "noeviction") {
      this.#log.warn("Redis drops keys when its memory is full; set maxmemory-policy to noeviction", {
        policy: maxMemoryPolicy,
      });
    }
    if (!durable) this.#log.warn("Redis keeps nothing over its own restart: neither RDB nor AOF is on");
  }
}

/** Calls the script once for each list of arguments, in one pipeline; the replies, errors among them. */
async function runScript(
  client: Redis,
  script: Script,
  calls: readonly ScriptCall[],
): Promise<unknown[]> {
  const replies = await callAll(client, script, calls);
  const unknown = [...replies.keys()].filter((i) => isNoScript(replies[i]));
  if (unknown.length === 0) return replies;

  // Redis has forgotten its scripts, or has never seen this one.
  await client.script("LOAD", script.text);
  const again = await callAll(client, script, unknown.flatMap((i) => calls[i] ? [calls[i]] : []));
  unknown.forEach((i, nth) => replies[i] = again[nth]);
  return replies;
}

async function describe(client: Redis): Promise<StoreInfo> {
  const [info, save, keys] = await Promise.all([
    client.info().catch(unlessRefused("")),
    client.config("GET", "save").catch(unlessRefused([])),
    client.dbsize(),
  ]);
  const [, value] = save as string[];
  return readRedisInfo(info, { keys, ...(value === undefined ? {} : { save: value }) });
}

async function callAll(client: Redis, { sha }: Script, calls: readonly ScriptCall[]): Promise<unknown[]> {
  const pipeline = client.pipeline();
  // In one array: spread out, the arguments of a large batch would not fit on the stack.
  for (const call of calls) pipeline.call("evalsha", sha, call as unknown as string);
  return (await pipeline.exec() ?? []).map(([error, reply]) => error ?? reply);
}

function isNoScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}

/** Managed services and access control lists may refuse a command that we can do without. */
function unlessRefused<T>(otherwise: T): (error: Error) => T {
  return (error) => {
    if (/^(NOPERM|ERR)/.test(error.message)) return otherwise;
    throw error;
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
