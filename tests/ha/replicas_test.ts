/** Several replicas over one Redis: the writer, the takeover, and the answers to readers during it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { holds } from "../support/holds.ts";
import { hasRedisServer } from "../support/redis_server.ts";
import { freePort } from "../support/free_port.ts";
import { Replicas, type ReplicasOptions, roleOf } from "../support/replicas.ts";

function test(
  behaviour: string,
  fn: (replicas: Replicas) => Promise<void>,
  options: ReplicasOptions = { topology: "direct" },
): void {
  Deno.test({
    name: `Replicas, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using replicas = await Replicas.open(options);
      await fn(replicas);
    },
  });
}

test("report in health, probes and metrics which one writes", async (replicas) => {
  await replicas.start();
  const writer = await replicas.writer();
  const standby = await replicas.start();
  await holds(async () => assertEquals(await roleOf(standby), "standby"));
  for (const [astrolabe, role] of [[writer, "writer"], [standby, "standby"]] as const) {
    assertStringIncludes((await astrolabe.text("/readyz?verbose")).text, `role: ${role}`);
    const { text } = await astrolabe.text("/metrics");
    const lines = text.split("\n").filter((line) => line.startsWith("astrolabe_persistence_role"));
    assertEquals(lines.filter((line) => line.endsWith(" 1")), [
      `astrolabe_persistence_role{role="${role}"} 1`,
    ]);
  }
  await replicas.atRest();
  assertEquals((await standby.json("/health")).persistence.dirtyKeys, 0);
  assertStringIncludes(standby.output, "Another Astrolabe writes to this Redis");
});

test("have another writer after the first is stopped, and again after that one is killed", async (replicas) => {
  for (let i = 0; i < 3; i++) await replicas.start();
  await replicas.atRest();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await replicas.stop(await replicas.writer(), signal);
    await replicas.writer();
    await replicas.atRest();
  }
});

test("reject the writes of a frozen writer after another has the lease", async (replicas) => {
  await replicas.start();
  const sleeper = await replicas.writer();
  await replicas.start();
  await replicas.atRest();
  const { store } = replicas.simulator;
  const [first] = store.list("ConfigMap");
  sleeper.signal("SIGSTOP");
  replicas.running.delete(sleeper);
  const next = await replicas.writer();
  assert(first !== undefined);
  store.delete("ConfigMap", first.metadata.namespace ?? "", first.metadata.name);
  await replicas.atRest();
  sleeper.signal("SIGCONT");
  replicas.running.add(sleeper);
  await holds(async () => assertEquals(await roleOf(sleeper), "standby"));
  assertEquals(await roleOf(next), "writer");
  await replicas.atRest();
});

for (const topology of ["sentinel", "cluster"] as const) {
  test(
    `have one writer and equal data after the primary is killed and demoted, ${topology}`,
    async (replicas) => {
      for (let i = 0; i < 2; i++) await replicas.start();
      await replicas.atRest();
      const stop = new AbortController();
      const { store } = replicas.simulator;
      const life = livingCluster({ store, signal: stop.signal, seed: 5, changesPerSecond: 100 });
      try {
        const primary = await replicas.redis.primary();
        await primary.kill();
        await holds(async () => assert(await replicas.redis.primary() !== primary), 40);
        await replicas.writer();
        await primary.start();
        await replicas.redis.isWhole();
        await replicas.redis.failOver();
        await replicas.writer();
        await replicas.redis.isWhole();
      } finally {
        stop.abort();
        await life;
      }
      await replicas.atRest();
    },
    { topology },
  );
}

test("write changes again that the new primary never received", async (replicas) => {
  await replicas.start();
  await replicas.atRest();
  const primary = await replicas.redis.primary();
  const [replica] = replicas.redis.servers.filter((server) => server !== primary);
  // From now on it receives no write. Sentinels repair that only after some seconds.
  await replica?.command("REPLICAOF", "127.0.0.1", freePort());
  const { store } = replicas.simulator;
  for (const { metadata: { namespace = "", name } } of store.list("ConfigMap").slice(0, 5)) {
    store.delete("ConfigMap", namespace, name);
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: `${name}-new` } });
  }
  await replicas.atRest();
  await primary.kill();
  await holds(async () => assertEquals(await replicas.redis.primary(), replica));
  await replicas.atRest();
  await primary.start();
  await replicas.redis.isWhole();
  await replicas.atRest();
}, { topology: "sentinel", timeout: 1_000 });

test("are not ready with a restored graph while another replica writes", async (replicas) => {
  await replicas.start();
  await replicas.atRest();
  await replicas.simulator.down();
  const surge = await replicas.start();
  await holds(() => assertStringIncludes(surge.output, "graph loaded from Redis"));
  const { status, text } = await surge.text("/readyz");
  assertEquals(status, 503, text);
  replicas.simulator.up();
  await surge.ready();
  await replicas.atRest();
});

test("are immediately ready with a restored graph if no replica writes", async (replicas) => {
  const first = await replicas.start();
  await replicas.atRest();
  await replicas.stop(first);
  await replicas.simulator.down();
  const second = await replicas.start();
  await second.ready();
  assert((await second.graph("inactive=true")).nodes.length >= 200);
});
