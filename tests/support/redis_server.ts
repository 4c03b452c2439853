/**
 * A real redis-server on a free port, with its files in a temporary folder. It keeps its port and folder over
 * a restart. A test that starts one disposes of it.
 */
import { Redis } from "ioredis";
import { freePort } from "./free_port.ts";
import { holds } from "./holds.ts";

/** A larger number would not fit on the stack. */
const DUMPED_AT_ONCE = 10_000;

/** Whether redis-server is installed. */
export const hasRedisServer = await isInstalled();

export class RedisServer implements AsyncDisposable {
  readonly port = freePort();
  readonly folder = Deno.makeTempDirSync({ prefix: "redis_" });
  /** The port for TLS, if the configuration has one. */
  readonly tlsPort = freePort();
  #config: readonly string[];
  #child: Deno.ChildProcess | undefined;
  #kill = () => {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };

  private constructor(config: readonly string[]) {
    this.#config = config;
  }

  /** @param config options for the command line of redis-server. By default it keeps nothing on disk. */
  static async start(...config: string[]): Promise<RedisServer> {
    const server = new RedisServer(config);
    await server.start();
    return server;
  }

  /** Returns a server that is not started, so that its port is known before it runs. */
  static absent(...config: string[]): RedisServer {
    return new RedisServer(config);
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it, or starts it again. A given configuration replaces the previous one. */
  async start(...config: string[]): Promise<void> {
    if (config.length > 0) this.#config = config;
    const { port, folder } = this;
    this.#child = new Deno.Command("redis-server", {
      args: [
        ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--logfile", `${folder}/log`],
        ...["--save", "", "--appendonly", "no", ...this.#config],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    globalThis.addEventListener("unload", this.#kill);
    try {
      await holds(async () => (await Deno.connect({ hostname: "127.0.0.1", port })).close());
    } catch (cause) {
      throw new Error(`redis-server is not there: ${Deno.readTextFileSync(`${folder}/log`)}`, { cause });
    }
  }

  /** Sends a command over a connection of its own, with a password if the server needs one. */
  async command(...[name, ...args]: [string, ...(string | number)[]]): Promise<unknown> {
    const [, password] = /--requirepass (\S+)/.exec(this.#config.join(" ")) ?? [];
    const client = new Redis({
      port: this.port,
      protocol: 2,
      lazyConnect: true,
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: null,
      ...password && { password },
    });
    client.on("error", () => {});
    // From here on, since it may end by itself.
    const ended = new Promise((resolve) => client.once("end", resolve));
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      // A client that has ended would start a timer that nothing stops.
      if (client.status !== "end") client.disconnect();
      await ended;
    }
  }

  /** Returns the whole database, with unchanged values and sorted sets. */
  async dump(): Promise<Map<string, string | string[]>> {
    const keys = (await this.command("KEYS", "*") as string[]).sort();
    const dump = new Map<string, string | string[]>();
    const script = `local all = {} for i, key in ipairs(KEYS) do
      all[i] = redis.call(redis.call('TYPE', key).ok == 'set' and 'SMEMBERS' or 'GET', key) end return all`;
    for (let from = 0; from < keys.length; from += DUMPED_AT_ONCE) {
      const some = keys.slice(from, from + DUMPED_AT_ONCE);
      const values = await this.command("EVAL", script, some.length, ...some) as (string | string[] | null)[];
      values.forEach((value, i) => {
        // A key may have been deleted since the keys were listed.
        if (value !== null) dump.set(some[i] ?? "", Array.isArray(value) ? value.sort() : value);
      });
    }
    return dump;
  }

  /** Suspends the process. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#kill();
    this.#child = undefined;
    await child.status;
    globalThis.removeEventListener("unload", this.#kill);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function isInstalled(): Promise<boolean> {
  try {
    return (await new Deno.Command("redis-server", { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
