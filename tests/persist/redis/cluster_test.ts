/** The RedisStore on a real Redis Cluster of three masters. */
import { assertEquals } from "@std/assert";
import { KEY_PREFIX } from "../../../src/persist/format/keys.ts";
import { RedisCluster } from "../../support/redis_cluster.ts";
import { hasRedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";

const PREFIX = "{astrolabe}:";

function test(behaviour: string, fn: (redis: RedisCluster) => Promise<void>): void {
  Deno.test({
    name: `RedisStore on a Cluster, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await RedisCluster.open();
      await fn(redis);
    },
  });
}

test("writes to the owner of its slot", async (redis) => {
  await using running = await new RunningStore({ location: redis.location, keyPrefix: PREFIX }).connected();
  const { store } = running;
  await store.lease("token", 60_000);
  const set = [[`${KEY_PREFIX}node:1`, "1"]] as const;
  assertEquals(await store.write([{ set, delete: [], add: [], remove: [] }], "token"), ["written"]);
  const { server } = await redis.ownerOf(PREFIX);
  assertEquals(await server.command("GET", `${PREFIX}node:1`), "1");
  assertEquals((await store.info()).keys, 2);
});
