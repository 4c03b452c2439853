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

test("compare again after a failover that the former primary did not notice", async (replicas) => {
  for (let i = 0; i < 2; i++) await replicas.startLinked();
  await replicas.atRest();
  const { redis, simulator: { store } } = replicas;
  const primary = await redis.primary();
  // Sentinels and the replica lose the primary. Astrolabe does not, and writes what the replica never gets.
  const links = redis.links[redis.servers.indexOf(primary)] ?? [];
  for (const link of links) link.lose("both");
  for (const { metadata: { namespace = "", name } } of store.list("ConfigMap").slice(0, 5)) {
    store.delete("ConfigMap", namespace, name);
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: `${name}-new` } });
  }
  await holds(async () => {
    const saved = [...(await primary.dump()).values()].filter((value) => `${value}`.includes('-new"'));
    assertEquals(saved.length, 5);
  });
  await holds(async () => assert(await redis.primary() !== primary));
  for (const link of links) link.restore();
  await redis.isWhole();
  await replicas.atRest();
}, { topology: "sentinel", timeout: 1_000, linked: true });

test("give a whole answer to the ETag of another, and the next page to its cursor", async (replicas) => {
  const [first, second] = [await replicas.start(), await replicas.start()];
  await replicas.atRest();
  const graph = "/api/v1/graph?inactive=true";
  const known = await fetch(`${first.url}${graph}`);
  const { rv } = await known.json();
  const headers = { "if-none-match": known.headers.get("etag") ?? "" };
  for (const [astrolabe, status] of [[first, 304], [second, 200]] as const) {
    const answer = await fetch(`${astrolabe.url}${graph}`, { headers });
    assertEquals(answer.status, status);
    await answer.body?.cancel();
  }
  assert((await second.json(graph)).rv !== rv);

  const uids: string[] = [];
  let path: string | undefined = "/api/v1/resources?limit=50";
  for (let turn = 0; path !== undefined; turn++) {
    const page: Response = await fetch(`${turn % 2 === 0 ? first.url : second.url}${path}`);
    uids.push(...(await page.json()).map(({ uid }: { uid: string }) => uid));
    path = /<(.+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
  }
  const all: { uid: string }[] = await second.json("/api/v1/resources?limit=1000");
  assertEquals(uids, all.map(({ uid }) => uid));
  assert(uids.length > 100);
});

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
