/**
 * Faults of Redis, with Astrolabe in a separate process on a simulated cluster. At the end of each test,
 * Redis, Astrolabe's memory and the API server must be equal. No request may fail during a test.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import type { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { PersistedCluster, type PersistedClusterOptions } from "../support/persisted_cluster.ts";
import { hasRedisServer } from "../support/redis_server.ts";

interface Parts {
  readonly cluster: PersistedCluster;
  readonly redis: PersistedCluster["redis"];
  readonly astrolabe: Astrolabe;
}

interface Setting extends PersistedClusterOptions {
  readonly flags?: readonly string[];
}

/** Runs Astrolabe on a cluster and a Redis. */
function test(behaviour: string, run: (parts: Parts) => Promise<void>, setting: Setting = {}): void {
  Deno.test({
    name: `Persistence, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using cluster = await PersistedCluster.open(setting);
      const astrolabe = await cluster.start(...setting.flags ?? []);
      await astrolabe.ready();
      await run({ cluster, redis: cluster.redis, astrolabe });
      await cluster.atRest(astrolabe);
      await cluster.stop(astrolabe);
    },
  });
}

async function says(astrolabe: Astrolabe, words: string): Promise<void> {
  await holds(() => assertStringIncludes(astrolabe.output, words));
}

async function health(astrolabe: Astrolabe) {
  return (await astrolabe.json("/health")).persistence;
}

async function isConnected(astrolabe: Astrolabe, connected: boolean): Promise<void> {
  await holds(async () => assertEquals((await health(astrolabe)).connected, connected));
}

/** Waits until a write has failed and `/health` reports the reason. */
async function fails(astrolabe: Astrolabe, why: string): Promise<void> {
  await holds(async () => assertStringIncludes(`${(await health(astrolabe)).lastError}`, why));
}

test(
  "starts without Redis, and saves everything when Redis starts",
  async ({ cluster, redis, astrolabe }) => {
    await says(astrolabe, "nothing listens there");
    await cluster.shown(astrolabe);
    await redis.start();
  },
  { redisIsAbsent: true },
);

test("saves everything again after Redis was killed during a burst", async (parts) => {
  const { cluster, redis, astrolabe } = parts;
  const stop = new AbortController();
  const { store } = cluster.simulator;
  const life = livingCluster({ store, signal: stop.signal, changesPerSecond: 1_000 });
  try {
    // Redis never answers the commands that are in flight at that moment.
    redis.pause();
    await holds(async () => assert((await health(astrolabe)).dirtyKeys > 50));
    await redis.kill();
    await isConnected(astrolabe, false);
  } finally {
    stop.abort();
    await life;
  }
  await redis.start();
}, { flags: ["--redis-batch-size=10"] });

test("continues after Redis was frozen", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  redis.pause();
  cluster.change();
  await cluster.shown(astrolabe);
  await says(astrolabe, "it does not answer");
  cluster.change(1);
  redis.resume();
});

test("continues after a connection reset", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("CLIENT", "KILL", "TYPE", "normal");
  cluster.change();
});

test("keeps the changes that a full Redis rejects", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("CONFIG", "SET", "maxmemory", "1mb");
  cluster.change();
  await fails(astrolabe, "out of memory (maxmemory reached)");
  await redis.command("CONFIG", "SET", "maxmemory", "0");
});

test(
  "repairs a Redis that has evicted keys, and does not call it complete before",
  async ({ cluster, redis, astrolabe }) => {
    await cluster.atRest(astrolabe);
    await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    const [, used] = /used_memory:(\d+)/.exec(`${await redis.command("INFO", "memory")}`) ?? [];
    await redis.command("CONFIG", "SET", "maxmemory", Number(used) - 100_000);
    cluster.change();
    await holds(async () => {
      const { lastError } = (await astrolabe.json("/health")).persistence;
      assert(
        /Redis has (evicted \d+ keys|\d+ keys where the graph accounts for \d+)/.test(lastError),
        lastError,
      );
    });
    const before = (await astrolabe.json("/health")).persistence.lastSnapshot;
    await holds(async () => {
      const { text } = await astrolabe.text("/metrics");
      assert(/^astrolabe_persistence_missing_keys [1-9]/m.test(text), "it misses nothing");
    });
    assertEquals((await astrolabe.json("/health")).persistence.lastSnapshot, before);
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    await cluster.atRest(astrolabe);
  },
  { flags: ["--snapshot-interval=1"], objects: 400 },
);

test("frees memory of a full Redis with its deletions", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  const [, used] = /used_memory:(\d+)/.exec(`${await redis.command("INFO", "memory")}`) ?? [];
  await redis.command("CONFIG", "SET", "maxmemory", Number(used) - 100_000);
  cluster.change();
  await fails(astrolabe, "out of memory (maxmemory reached)");
  const { store } = cluster.simulator;
  for (
    const { kind, metadata: { namespace = "", name } } of [...store.list("Pod"), ...store.list("Secret")]
  ) {
    store.delete(kind, namespace, name);
  }
}, { objects: 400 });

test("keeps the changes that a replica rejects", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("REPLICAOF", "127.0.0.1", redis.tlsPort);
  cluster.change();
  await fails(astrolabe, "it is a replica");
  await redis.command("REPLICAOF", "NO", "ONE");
});

test(
  "keeps the changes that Redis rejects because it cannot save to disk",
  async ({ cluster, redis, astrolabe }) => {
    await cluster.atRest(astrolabe);
    await Deno.mkdir(`${redis.folder}/dump.rdb`);
    await redis.command("BGSAVE");
    await holds(async () =>
      assertStringIncludes(`${await redis.command("INFO", "persistence")}`, "rdb_last_bgsave_status:err")
    );
    cluster.change();
    await fails(astrolabe, "it cannot write to its disk");
    await Deno.remove(`${redis.folder}/dump.rdb`);
    await redis.command("BGSAVE");
  },
  { redis: ["--save", "3600 1"] },
);

test("waits while Redis loads its data", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("SAVE");
  await redis.kill();
  cluster.change();
  await redis.start("--key-load-delay", "3000", "--loading-process-events-interval-bytes", "1024");
  await says(astrolabe, "it is loading its data");
});

test("waits until Redis no longer requires a password", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.kill();
  await redis.start("--requirepass", "s3cret");
  cluster.change();
  await says(astrolabe, "it needs a password");
  await redis.kill();
  await redis.start("--requirepass", "");
});

test("waits until its user may write", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("ACL", "SETUSER", "default", "-evalsha");
  cluster.change();
  await fails(astrolabe, "NOPERM");
  await redis.command("ACL", "SETUSER", "default", "+evalsha");
});

test("fills a Redis that was flushed", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("FLUSHALL");
}, { flags: ["--snapshot-interval=1"] });

test("updates an older dump that was restored", async ({ cluster, redis, astrolabe }) => {
  await cluster.atRest(astrolabe);
  await redis.command("SAVE");
  await Deno.rename(`${redis.folder}/dump.rdb`, `${redis.folder}/older.rdb`);
  cluster.change();
  await cluster.atRest(astrolabe);
  await redis.kill();
  await Deno.rename(`${redis.folder}/older.rdb`, `${redis.folder}/dump.rdb`);
  await redis.start();
});

Deno.test({
  name: "Persistence, takes a password's file that is put right",
  ignore: !hasRedisServer,
  async fn() {
    await using cluster = await PersistedCluster.open({ redis: ["--requirepass", "right"] });
    const file = `${cluster.redis.folder}/password`;
    await Deno.writeTextFile(file, "wrong\n");
    Deno.env.set("REDIS_PASSWORD_FILE", file);
    const astrolabe = await cluster.start().finally(() => Deno.env.delete("REDIS_PASSWORD_FILE"));
    await says(astrolabe, "it rejects the user or the password");
    await Deno.writeTextFile(file, "right\n");
    await cluster.atRest(astrolabe);
    assert(!/right|wrong/.test(astrolabe.output));
    await cluster.stop(astrolabe);
  },
});

Deno.test({
  name: "Persistence, ends and reports the loss when Redis is gone",
  ignore: !hasRedisServer,
  async fn() {
    await using cluster = await PersistedCluster.open();
    const astrolabe = await cluster.start();
    await cluster.atRest(astrolabe);
    await cluster.redis.kill();
    cluster.change();
    await cluster.shown(astrolabe);
    assertEquals(await cluster.stop(astrolabe), 0);
    assertStringIncludes(astrolabe.output, "WARN  Stopped with unsaved changes");
  },
});

Deno.test({
  name: "Persistence, ends although Redis does not answer",
  ignore: !hasRedisServer,
  async fn() {
    await using cluster = await PersistedCluster.open();
    const astrolabe = await cluster.start();
    await cluster.atRest(astrolabe);
    cluster.redis.pause();
    cluster.change();
    await cluster.shown(astrolabe);
    assertEquals(await cluster.stop(astrolabe), 0);
  },
});
