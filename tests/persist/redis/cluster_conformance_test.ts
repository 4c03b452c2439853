import { LEASE_KEY } from "../../../src/persist/format/keys.ts";
import { RedisCluster } from "../../support/redis_cluster.ts";
import { hasRedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";
import { testStore } from "../store_conformance.ts";

const PREFIX = "{astrolabe}:";
/** One Cluster for all tests, since its start takes seconds. It stops with the process. */
const cluster = hasRedisServer ? await RedisCluster.open() : undefined;
globalThis.addEventListener("unload", () => cluster?.removeFolders());

testStore({
  name: "RedisStore on a Cluster",
  ignore: cluster === undefined,
  async open() {
    if (cluster === undefined) throw new Error("there is no redis-server");
    const { server } = await cluster.ownerOf(PREFIX);
    await server.command("FLUSHALL");
    const running = await new RunningStore({ location: cluster.location, keyPrefix: PREFIX }).connected();
    const lease = LEASE_KEY.replace("astrolabe:", PREFIX);
    return {
      store: running.store,
      async pass(milliseconds) {
        const left = Number(await server.command("PTTL", lease)) - milliseconds;
        await server.command("PEXPIRE", lease, left);
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    };
  },
});
