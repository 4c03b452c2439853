/** The RedisStore behind real Sentinels. */
import { assertEquals } from "@std/assert";
import type { Store } from "../../../src/persist/store.ts";
import { hasRedisServer } from "../../support/redis_server.ts";
import { SentinelRedis, type SentinelRedisOptions } from "../../support/redis_sentinel.ts";
import { RunningStore } from "../../support/redis_store.ts";

const TOKEN = "token";
const KEY = "astrolabe:node:1";

function test(
  behaviour: string,
  fn: (redis: SentinelRedis) => Promise<void>,
  options?: SentinelRedisOptions,
): void {
  Deno.test({
    name: `RedisStore behind Sentinels, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await SentinelRedis.open(options);
      await fn(redis);
    },
  });
}

/** Writes a value; what became of it. */
async function write(store: Store, value: string): Promise<string> {
  await store.lease(TOKEN, 60_000);
  const [result] = await store.write([{ set: [[KEY, value]], delete: [], add: [], remove: [] }], TOKEN);
  return `${result}`;
}

test("writes to the master that they name", async (redis) => {
  await using running = await new RunningStore({ location: redis.location }).connected();
  assertEquals(await write(running.store, "1"), "written");
  const { master } = await redis.roles();
  assertEquals(await master.command("GET", KEY), "1");
});
