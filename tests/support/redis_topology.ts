/** The three topologies of Redis, each with the operations that a test of all three needs. */
import { RedisCluster } from "./redis_cluster.ts";
import { SentinelRedis } from "./redis_sentinel.ts";
import { RedisServer } from "./redis_server.ts";

export const TOPOLOGIES = ["direct", "sentinel", "cluster"] as const;

export type TopologyName = typeof TOPOLOGIES[number];

const TAGGED = "{astrolabe}:";

export interface RedisTopology extends AsyncDisposable {
  readonly name: TopologyName;
  /** Astrolabe's flags. */
  readonly flags: readonly string[];
  readonly servers: readonly RedisServer[];
  /** Further processes that may fail: the Sentinels. */
  readonly helpers: readonly Failing[];
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

/** @param timeout milliseconds after which a silent primary is replaced. */
export async function openTopology(name: TopologyName, timeout = 2_000): Promise<RedisTopology> {
  switch (name) {
    case "direct": {
      const server = await RedisServer.start("--appendonly", "yes");
      return {
        name,
        flags: [`--redis-addr=127.0.0.1:${server.port}`],
        servers: [server],
        helpers: [],
        primary: () => Promise.resolve(server),
        failOver: () => Promise.reject(new Error("there is no other server")),
        dump: () => server.dump(),
        isWhole: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    }
    case "sentinel": {
      const redis = await SentinelRedis.open({ downAfter: timeout });
      return {
        name,
        flags: redis.flags,
        servers: redis.servers,
        helpers: redis.sentinels,
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
      const redis = await RedisCluster.open();
      return {
        name,
        flags: redis.flags,
        servers: redis.servers,
        helpers: [],
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
