/**
 * A replicated Redis behind Sentinels on free ports of this machine: a master, replicas, and Sentinels that
 * elect another master. A test that opens one disposes of it.
 */
import { Redis } from "ioredis";
import { holds } from "./holds.ts";
import { RedisServer } from "./redis_server.ts";
import { freePort } from "./free_port.ts";
import { TcpLink } from "./tcp_link.ts";

const HOST = "127.0.0.1";
/** The seconds after which a planned failover that has no effect is asked for again. */
const FAILOVER_SECONDS = 8;

export interface SentinelRedisOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** Milliseconds after which a silent master is replaced. */
  readonly downAfter?: number;
  /** Lines for the configuration of each Sentinel. */
  readonly sentinelConfig?: readonly string[];
  /** As whom the test asks the Sentinels. */
  readonly sentinelUser?: string;
  /** As on redis-server's command line. */
  readonly config?: readonly string[];
  /** Whether Sentinels and other servers reach each server through a link. */
  readonly linked?: boolean;
}

export class SentinelRedis implements AsyncDisposable {
  readonly master = "graph";
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly Sentinel[];
  /** The link of each server, if they have links. */
  readonly links: readonly TcpLink[];

  private constructor(
    servers: readonly RedisServer[],
    { sentinels, links }: { sentinels: readonly Sentinel[]; links: readonly TcpLink[] },
  ) {
    this.servers = servers;
    this.sentinels = sentinels;
    this.links = links;
  }

  static async open(options: SentinelRedisOptions = {}): Promise<SentinelRedis> {
    const { replicas = 1, sentinels = 3, downAfter = 1_000, sentinelConfig = [], config = [] } = options;
    const user = options.sentinelUser;
    const fast = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", ...config];
    await using stack = new AsyncDisposableStack();
    const servers = Array.from({ length: 1 + replicas }, () => stack.use(RedisServer.absent()));
    const links = options.linked
      ? servers.map(({ port }, i) => stack.use(new TcpLink(port, { name: `server ${i} for other servers` })))
      : [];
    const ports = (options.linked ? links : servers).map(({ port }) => port);
    for (const [i, server] of servers.entries()) {
      const announce = ["--replica-announce-ip", HOST, "--replica-announce-port", `${ports[i]}`];
      const master = i === 0 ? [] : ["--replicaof", `${HOST} ${ports[0]}`];
      await server.start(...fast, ...announce, ...master);
    }
    const lines = [
      `sentinel monitor graph ${HOST} ${ports[0]} ${Math.floor(sentinels / 2) + 1}`,
      `sentinel down-after-milliseconds graph ${downAfter}`,
      "sentinel failover-timeout graph 3000",
      "sentinel parallel-syncs graph 1",
      ...sentinelConfig,
    ];
    const redis = new SentinelRedis(
      servers,
      { sentinels: Array.from({ length: sentinels }, () => new Sentinel(lines, user)), links },
    );
    for (const sentinel of redis.sentinels) await stack.use(sentinel).start();
    await redis.isComplete();
    stack.move();
    return redis;
  }

  /** The Sentinels in the form of a RedisTarget. */
  get location() {
    const sentinels = this.sentinels.map(({ port }) => ({ host: HOST, port }));
    return { kind: "sentinel", sentinels, master: this.master, login: {} } as const;
  }

  /** For a command line. */
  get flags(): string[] {
    const addresses = this.sentinels.map(({ port }) => `${HOST}:${port}`);
    return [`--redis-sentinels=${addresses}`, `--redis-sentinel-master=${this.master}`];
  }

  /** The port by which the Sentinels and other servers know a server. */
  announcedPort(server: RedisServer): number {
    return (this.links[this.servers.indexOf(server)] ?? server).port;
  }

  /** The master and the replicas as the Sentinels know them. */
  async roles(): Promise<{ master: RedisServer; replicas: readonly RedisServer[] }> {
    for (const sentinel of this.sentinels) {
      const answer = await sentinel.ask("get-master-addr-by-name", this.master).catch(() => null);
      if (answer === null) continue;
      const [, port] = answer as [string, string];
      const master = this.servers.find((server) => this.announcedPort(server) === Number(port));
      if (master !== undefined) return { master, replicas: this.servers.filter((it) => it !== master) };
    }
    throw new Error("no Sentinel knows the master");
  }

  /**
   * A planned failover; settles when the Sentinels name another master. The Sentinels may give one up that they
   * have begun, for example if the replica is not in step yet. Then it is asked for again.
   */
  async failOver(): Promise<void> {
    const { master: former } = await this.roles();
    await holds(async () => {
      await this.sentinels[0]?.ask("failover", this.master);
      await this.isReplaced(former, FAILOVER_SECONDS);
    });
  }

  /** Waits until the Sentinels name another master. */
  async isReplaced(former: RedisServer, seconds?: number): Promise<void> {
    await holds(async () => {
      const { master } = await this.roles();
      if (master === former) throw new Error("the Sentinels still name the former master");
    }, seconds);
  }

  /** Waits until all other servers follow the master. */
  async followsMaster(): Promise<void> {
    await holds(async () => {
      const { master, replicas } = await this.roles();
      for (const replica of replicas) {
        const info = `${await replica.command("INFO", "replication")}`;
        if (
          !info.includes(`master_port:${this.announcedPort(master)}`) || !/master_link_status:up/.test(info)
        ) {
          throw new Error(info);
        }
      }
    });
  }

  /** Waits until Sentinels and replicas know each other. */
  async isComplete(): Promise<void> {
    for (const sentinel of this.sentinels) {
      await holds(async () => {
        const fields = await sentinel.ask("master", this.master) as string[];
        const field = (name: string) => Number(fields[fields.indexOf(name) + 1]);
        const [replicas, others] = [field("num-slaves"), field("num-other-sentinels")];
        if (replicas < this.servers.length - 1 || others < this.sentinels.length - 1) {
          throw new Error(`it knows ${replicas} replicas and ${others} other Sentinels`);
        }
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sentinel of this.sentinels) await sentinel[Symbol.asyncDispose]();
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    for (const link of this.links) await link[Symbol.asyncDispose]();
  }
}

export class Sentinel implements AsyncDisposable {
  readonly port = freePort();
  readonly #folder = Deno.makeTempDirSync({ prefix: "sentinel_" });
  #child: Deno.ChildProcess | undefined;
  readonly #kill = () => {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  readonly #user: string | undefined;

  constructor(config: readonly string[], user?: string) {
    this.#user = user;
    const own = [`port ${this.port}`, `bind ${HOST}`, `dir ${this.#folder}`, `logfile ${this.#folder}/log`];
    Deno.writeTextFileSync(`${this.#folder}/conf`, [...own, ...config, ""].join("\n"));
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    this.#child = new Deno.Command("redis-server", {
      args: [`${this.#folder}/conf`, "--sentinel"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    globalThis.addEventListener("unload", this.#kill);
    try {
      await holds(async () => (await Deno.connect({ hostname: HOST, port: this.port })).close());
    } catch (cause) {
      throw new Error(`the Sentinel is not there: ${Deno.readTextFileSync(`${this.#folder}/log`)}`, {
        cause,
      });
    }
  }

  async ask(...args: string[]): Promise<unknown> {
    return await this.#send("sentinel", ...args);
  }

  /** How many clients are connected, the asking one not counted. */
  async clients(): Promise<number> {
    return await this.#number("clients", "connected_clients") - 1;
  }

  /** How many connections there have been. */
  async connectionsReceived(): Promise<number> {
    return await this.#number("stats", "total_connections_received");
  }

  async #number(section: string, field: string): Promise<number> {
    const info = `${await this.#send("info", section)}`;
    return Number(new RegExp(`${field}:(\\d+)`).exec(info)?.[1]);
  }

  async #send(...[name, ...args]: [string, ...string[]]): Promise<unknown> {
    const client = new Redis({
      port: this.port,
      protocol: 2,
      lazyConnect: true,
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: null,
      commandTimeout: 1_000,
    });
    client.on("error", () => {});
    const ended = new Promise((resolve) => client.once("end", resolve));
    try {
      await client.connect();
      if (this.#user !== undefined) await client.auth(this.#user, "any");
      return await client.call(name, ...args);
    } finally {
      // A client that has ended would start a timer that nothing stops.
      if (client.status !== "end") client.disconnect();
      await ended;
    }
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

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
    await Deno.remove(this.#folder, { recursive: true });
  }
}
