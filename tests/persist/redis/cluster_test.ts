/** The RedisStore on a real Redis Cluster of three masters, which fails over and moves its slots. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import { systemClock } from "../../../src/model/clock.ts";
import type { ResourceRecord } from "../../../src/model/record.ts";
import type { ResourceKind } from "../../../src/model/resource_kind.ts";
import { Claim } from "../../../src/persist/claim.ts";
import { Counters } from "../../../src/persist/counters.ts";
import { METADATA_KEY } from "../../../src/persist/format/keys.ts";
import { Lease } from "../../../src/persist/lease.ts";
import { RestoredGraph } from "../../../src/persist/restored_graph.ts";
import type { Batch, Store } from "../../../src/persist/store.ts";
import { holds } from "../../support/holds.ts";
import { RecordingLog } from "../../support/recording_log.ts";
import { testKinds } from "../../support/records.ts";
import { RedisCluster } from "../../support/redis_cluster.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";

const PREFIX = "{astrolabe}:";
const TOKEN = "token";
const EMPTY: Batch = { set: [], delete: [], add: [], remove: [] };

function test(
  behaviour: string,
  fn: (redis: RedisCluster, running: RunningStore) => Promise<void>,
): void {
  Deno.test({
    name: `RedisStore on a Cluster, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await RedisCluster.open();
      const target = { location: redis.location, keyPrefix: PREFIX };
      await using running = await new RunningStore(target, { silence: 2_000 }).connected();
      await running.store.lease(TOKEN, 60_000);
      await fn(redis, running);
    },
  });
}

function batchOf(count: number, value = "x"): Batch {
  return { ...EMPTY, set: Array.from({ length: count }, (_, i) => [`astrolabe:node:${i}`, value] as const) };
}

/** Takes the lease again and waits until a write succeeds. */
async function writes(store: Store, batch: Batch, token = TOKEN): Promise<void> {
  await holds(async () => {
    await store.lease(token, 60_000);
    assertEquals(await store.write([batch], token), ["written"]);
  });
}

async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const some of store.scan(prefix)) for (const key of some) keys.add(key);
  return [...keys].sort();
}

test("writes to the owner of its slot", async (redis, { store }) => {
  assertEquals(await store.write([batchOf(3)], TOKEN), ["written"]);
  const { server } = await redis.ownerOf(PREFIX);
  assertEquals(await server.command("GET", `${PREFIX}node:1`), "x");
  assertEquals((await store.info()).keys, 4);
});

test(
  "finds the cluster through any one node, and through nodes that it has learned of",
  async (redis, running) => {
    const { server: owner } = await redis.ownerOf(PREFIX);
    const other = redis.servers.find((server) => server !== owner);
    const nodes = [{ host: "127.0.0.1", port: other?.port ?? 0 }];
    await using second = await new RunningStore({
      location: { kind: "cluster", nodes },
      keyPrefix: PREFIX,
    }).connected();
    await other?.kill();
    await owner.command("CLIENT", "KILL", "TYPE", "normal");
    await second.connected();
    await writes(second.store, batchOf(1), TOKEN);
    assert(running.lines.length > 0);
  },
);

test("neither counts, lists nor deletes keys of others on the same node", async (redis, { store }) => {
  await store.write([batchOf(3)], TOKEN);
  const { server } = await redis.ownerOf(PREFIX);
  // Another hash tag whose slot the same node owns.
  let theirs = "";
  for (let i = 0; theirs === ""; i++) {
    const isSet = await server.command("SET", `{their-${i}}:node:1`, "1").catch(() => undefined);
    if (isSet) theirs = `{their-${i}}:node:1`;
  }
  assertEquals((await store.info()).keys, 4);
  assertEquals(await keysOf(store, "astrolabe:"), [
    "astrolabe:lease",
    "astrolabe:node:0",
    "astrolabe:node:1",
    "astrolabe:node:2",
  ]);
  assertEquals(await server.command("GET", theirs), "1");
});

test("keeps names with braces in its slot", async (redis, { store }) => {
  const sets = ["{", "}", "{}", "{a}", "}{", "a{b}c"].map((name) => `astrolabe:index:helm-release:${name}`);
  const add = sets.map((set) => [set, "uid"] as const);
  assertEquals(await store.write([{ ...EMPTY, add }], TOKEN), ["written"]);
  assertEquals(await keysOf(store, "astrolabe:index:"), sets.toSorted());
  assertEquals(await store.members(sets), sets.map(() => ["uid"]));
  const { server } = await redis.ownerOf(PREFIX);
  assertEquals(await server.command("SCARD", `${PREFIX}index:helm-release:{a}`), 1);
});

test(
  "writes to the new owner after the old one is killed between batches",
  async (redis, running) => {
    const { store } = running;
    const { server: former } = await redis.ownerOf(PREFIX);
    const pending = store.write(Array.from({ length: 200 }, () => batchOf(100)), TOKEN).catch(() => []);
    await former.kill();
    const results = await pending;
    assert(results.every((result) => result !== "refused"));
    await writes(store, batchOf(3, "after"));
    const { server } = await redis.ownerOf(PREFIX);
    assert(server !== former);
    assertEquals(await server.command("GET", `${PREFIX}node:2`), "after");
  },
);

test(
  "follows its slot if it moves between batches, and loses nothing",
  async (redis, { store }) => {
    const { server: former } = await redis.ownerOf(PREFIX);
    await store.write([batchOf(2_000, "old")], TOKEN);
    let isMoving = true;
    const moving = redis.moveSlotOf(PREFIX).finally(() => isMoving = false);
    const outcomes = new Set<string>();
    for (let i = 0; isMoving; i++) {
      await store.lease(TOKEN, 60_000).catch(() => {});
      const [result] = await store.write([batchOf(10, `${i}`)], TOKEN).catch((error: Error) => [error]);
      outcomes.add(result instanceof Error ? result.message : `${result}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
    await moving;
    await writes(store, batchOf(10, "new"));
    const { server } = await redis.ownerOf(PREFIX);
    assert(server !== former);
    const dump = await server.dump();
    assertEquals([dump.get(`${PREFIX}node:9`), dump.get(`${PREFIX}node:1999`)], ["new", "old"]);
    assertEquals([...outcomes].filter((it) => /NOPERM|undefined|unknown/.test(it)), []);
  },
);

test("rejects writes to the old owner after its slot has moved", async (redis, running) => {
  const { server: former } = await redis.ownerOf(PREFIX);
  await running.store.write([batchOf(1, "before")], TOKEN);
  await redis.moveSlotOf(PREFIX);
  const lost = new Promise<boolean>((resolve) => running.store.onConnection(resolve));
  const [result] = await running.store.write([batchOf(1, "late")], TOKEN);
  assert(`${result}`.includes("another node of the Redis Cluster has the keys"), `${result}`);
  assertEquals(await lost, false);
  await running.connected();
  const { server } = await redis.ownerOf(PREFIX);
  assert(server !== former);
  assertEquals(await server.command("GET", `${PREFIX}node:0`), "before");
});

test("fails a scan and a read if its slot moves during them", async (redis, { store }) => {
  await store.write([batchOf(10_000)], TOKEN);
  const pages = store.scan("astrolabe:node:")[Symbol.asyncIterator]();
  const { value: keys } = await pages.next();
  await redis.moveSlotOf(PREFIX);
  await assertRejects(
    async () => {
      // A scan itself does not fail, but reading the keys that it names does.
      await store.get(keys as string[]);
    },
    Error,
    "another node of the Redis Cluster has the keys",
  );
  await assertRejects(() => pages.next(), Error);
});

test("reports a partial restore while its slot moves", async (redis, { store }) => {
  const graph = new Graph(testKinds);
  const [pod] = testKinds as [ResourceKind];
  const uids = Array.from({ length: 3_000 }, (_, i) => `00000000-0000-4000-8000-${`${i}`.padStart(12, "0")}`);
  const node = (uid: string, i: number) => ({
    uid,
    name: `p-${i}`,
    namespace: "a",
    kind: "Pod",
    apiVersion: "v1",
  });
  const set = uids.map((uid, i) =>
    [`astrolabe:node:${uid}`, JSON.stringify({ ...node(uid, i), references: [] })] as const
  );
  const metadata = { cluster: "c", lastSnapshot: "2026-01-01T00:00:00Z" };
  const add = uids.map((uid) => ["astrolabe:index:ns-kind:a:Pod", uid] as const);
  await store.write([{ ...EMPTY, set: [...set, [METADATA_KEY, JSON.stringify(metadata)]], add }], TOKEN);

  const log = new RecordingLog();
  const lease = new Lease({ store, clock: systemClock, onTaken() {} });
  const apiServer = { address: "https://c", caSha256: undefined };
  const cluster = () => undefined;
  const customKinds = () => [];
  const options = { store, lease, cluster, apiServer, customKinds, log };
  const claim = new Claim({ ...options, writer: "test", adopt: false });
  const restored = new RestoredGraph({ store, graph: graph.read, claim, counters: new Counters(), log });
  const into = {
    restore(record: ResourceRecord) {
      assertEquals(record.kind, pod);
      graph.restore(record);
      return true;
    },
    forget() {},
    expect() {},
  };
  const { server: former } = await redis.ownerOf(PREFIX);
  const before = Number(await former.command("DBSIZE"));
  const moving = redis.moveSlotOf(PREFIX);
  await holds(async () => assert(Number(await former.command("DBSIZE")) < before));
  await restored.load(into, { start: performance.now(), goOn: () => true });
  await moving;
  assert(restored.gap !== undefined || graph.read.resourceCount === uids.length, `${log.lines}`);
});

test("disconnects from a cluster that is down, and reconnects when it is up", async (redis, running) => {
  const { server: owner } = await redis.ownerOf(PREFIX);
  const nodes = await redis.nodes();
  // Stop another master and its replica, so that no server has their slots.
  const victim = nodes.find(({ server, flags }) => server !== owner && /master/.test(flags));
  const replica = nodes.find(({ masterId }) => masterId === victim?.id);
  await replica?.server.kill();
  await victim?.server.kill();
  await running.says("the Redis Cluster is down: it does not serve all slots").catch(async () => {
    await holds(async () => {
      const [result] = await running.store.write([batchOf(1)], TOKEN).catch((error: Error) => [error]);
      assert(`${result}`.includes("the Redis Cluster is down"), `${result}`);
    });
  });
  await victim?.server.start();
  await replica?.server.start();
  await redis.isWhole();
  await running.connected();
  await writes(running.store, batchOf(1));
});

Deno.test({
  name: "RedisStore on a Cluster, says that a server is not a node of one",
  ignore: !hasRedisServer,
  async fn() {
    await using server = await RedisServer.start();
    const location = { kind: "cluster", nodes: [{ host: "127.0.0.1", port: server.port }] } as const;
    await using running = new RunningStore({ location, keyPrefix: PREFIX });
    await running.says(`Redis Cluster node 127.0.0.1:${server.port}: it is not a node of a Redis Cluster`);
  },
});

test("reports without --redis-cluster that another node has the keys", async (redis) => {
  const { server: owner } = await redis.ownerOf(PREFIX);
  const other = (await redis.nodes()).find(({ server, flags }) => server !== owner && /master/.test(flags));
  await using running = await new RunningStore({ port: other?.server.port ?? 0, keyPrefix: PREFIX })
    .connected();
  await assertRejects(
    () => running.store.lease(TOKEN, 60_000),
    Error,
    "another node of the Redis Cluster has the keys; --redis-cluster follows them",
  );
});
