/** The three topologies of Redis, each with the operations that a test of all three needs. */
import { RedisCluster } from "./redis_cluster.ts";
import { SentinelRedis } from "./redis_sentinel.ts";
import { RedisServer } from "./redis_server.ts";
import type { TcpLink } from "./tcp_link.ts";

export const TOPOLOGIES = ["direct", "sentinel", "cluster"] as const;

export type TopologyName = typeof TOPOLOGIES[number];

const TAGGED = "{astrolabe}:";

export interface RedisTopology extends AsyncDisposable {
  readonly name: TopologyName;
  /** Astrolabe's flags. */
  readonly flags: readonly string[];
  readonly servers: readonly RedisServer[];
  /** Further processes that may fail: the Sentinels. */
  readonly helpers: readonly (Failing & { readonly port: number })[];
  /** For each server, the links through which other servers and the Sentinels reach it, if there are some. */
  readonly links: readonly (readonly TcpLink[])[];
  /** The port by which a server is known to clients that ask for the primary. */
  announcedPort(server: RedisServer): number;
  /** The server that takes writes. */
  primary(): Promise<RedisServer>;
  /** Makes another server the primary, as before maintenance; settles when it is. */
  failOver(): Promise<void>;
  /** All that Astrolabe keeps there, by the contract's names. */
  dump(): Promise<Map<string, string | string[]>>;
  /** Waits until every server and helper has its place again. */
  isWhole(): Promise<void>;
}

/** A process that can be killed, frozen, and brought back. */
export interface Failing {
  readonly isRunning: boolean;
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface TopologyOptions {
  /** Milliseconds after which a silent primary is replaced. */
  readonly timeout?: number | undefined;
  /** Whether servers and Sentinels reach each other through links. */
  readonly linked?: boolean | undefined;
}

export async function openTopology(
  name: TopologyName,
  { timeout = 2_000, linked = false }: TopologyOptions = {},
): Promise<RedisTopology> {
  switch (name) {
    case "direct": {
      const server = await RedisServer.start("--appendonly", "yes");
      return {
        name,
        flags: [`--redis-addr=127.0.0.1:${server.port}`],
        servers: [server],
        helpers: [],
        links: [],
        announcedPort: ({ port }) => port,
        primary: () => Promise.resolve(server),
        failOver: () => Promise.reject(new Error("there is no other server")),
        dump: () => server.dump(),
        isWhole: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    }
    case "sentinel": {
      const redis = await SentinelRedis.open({ downAfter: timeout, linked });
      return {
        name,
        flags: redis.flags,
        servers: redis.servers,
        helpers: redis.sentinels,
        links: redis.links.map((link) => [link]),
        announcedPort: (server) => redis.announcedPort(server),
        primary: async () => (await redis.roles()).master,
        failOver: () => redis.failOver(),
        dump: async () => await (await redis.roles()).master.dump(),
        async isWhole() {
          await redis.isComplete();
          await redis.followsMaster();
        },
        [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
      };
    }
    case "cluster": {
      const redis = await RedisCluster.open({ linked });
      return {
        name,
        flags: redis.flags,
        servers: redis.servers,
        helpers: [],
        links: redis.links,
        announcedPort: (server) => redis.announcedPort(server),
        primary: async () => (await redis.ownerOf(TAGGED)).server,
        failOver: () => redis.failOver(TAGGED),
        async dump() {
          const dump = await redis.dump(TAGGED);
          return new Map([...dump].map(([key, value]) => [key.replace(TAGGED, "astrolabe:"), value]));
        },
        isWhole: () => redis.isWhole(),
        [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
      };
    }
  }
}
