/**
 * Astrolabe stops or is killed, the cluster changes, and Astrolabe starts again with the same Redis. At the
 * end of each test, Redis, Astrolabe's memory and the API server must be equal.
 */
import { assert, assertEquals } from "@std/assert";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { killAtAnyMoment } from "../support/kill_at_any_moment.ts";
import { PersistedCluster } from "../support/persisted_cluster.ts";
import { hasRedisServer } from "../support/redis_server.ts";

function test(behaviour: string, fn: () => Promise<void>): void {
  Deno.test({ name: `Persistence, ${behaviour}`, ignore: !hasRedisServer, fn });
}

/** A cluster whose graph an earlier process of Astrolabe has saved. */
async function savedCluster(): Promise<PersistedCluster> {
  const cluster = await PersistedCluster.open();
  const astrolabe = await cluster.start();
  await cluster.atRest(astrolabe);
  assertEquals(await cluster.stop(astrolabe), 0);
  return cluster;
}

/** The states of the kinds that have resources. A kind that had none when it was saved is not restored. */
async function states(astrolabe: Astrolabe): Promise<string[]> {
  const kinds: { state: string; count: number }[] = await astrolabe.json("/api/v1/kinds");
  return [...new Set(kinds.filter(({ count }) => count > 0).map(({ state }) => state))];
}

async function uidsOf(astrolabe: Astrolabe): Promise<string[]> {
  return (await astrolabe.graph("inactive=true")).nodes.map(({ uid }) => uid).sort();
}

/** Returns the whole graph from the API, sorted. */
async function everythingBut(fields: readonly string[], astrolabe: Astrolabe): Promise<string[]> {
  const { nodes, edges } = await astrolabe.graph("inactive=true&labels=true");
  const sorted = (key: string, value: unknown) => {
    if (fields.includes(key)) return undefined;
    return Array.isArray(value) ? value.toSorted() : value;
  };
  return [...nodes, ...edges].map((it) => JSON.stringify(it, sorted)).sort();
}

test("serves the old graph, marked stale, while the API server is down", async () => {
  await using cluster = await savedCluster();
  await cluster.simulator.down();
  const astrolabe = await cluster.start();
  await astrolabe.ready();
  const { nodes, stats } = await astrolabe.json("/api/v1/graph?inactive=true");
  assertEquals([stats.nodes, stats.stale], [nodes.length, nodes.length]);
  assert(nodes.length >= 200);
  assertEquals(await states(astrolabe), ["stale"]);

  cluster.simulator.up();
  await holds(async () => assertEquals(await states(astrolabe), ["synced"]));
  await cluster.atRest(astrolabe);
});

test("shows the same before and after a restart", async () => {
  await using cluster = await PersistedCluster.open();
  const first = await cluster.start();
  await cluster.atRest(first);
  const before = await everythingBut(["age"], first);
  await cluster.stop(first);
  await cluster.simulator.down();
  const second = await cluster.start();
  await second.ready();
  assertEquals(await everythingBut(["age"], second), before);
  cluster.simulator.up();
});

test("saves the remaining changes before it exits", async () => {
  await using cluster = await PersistedCluster.open();
  const first = await cluster.start("--redis-flush-interval=3600", "--redis-batch-size=1000000");
  await cluster.shown(first);
  const uids = await uidsOf(first);
  assertEquals(await cluster.stop(first), 0);
  const nodes = [...(await cluster.redis.dump()).keys()].filter((key) => key.startsWith("astrolabe:node:"));
  assertEquals(nodes.map((key) => key.slice("astrolabe:node:".length)).sort(), uids);
});

test("removes resources that were deleted while it was down", async () => {
  await using cluster = await savedCluster();
  const { store } = cluster.simulator;
  for (const { metadata: { namespace = "", name } } of store.list("Pod").slice(0, 10)) {
    store.delete("Pod", namespace, name);
  }
  const astrolabe = await cluster.start();
  await cluster.atRest(astrolabe);
});

test("replaces a resource that was deleted and created again with the same name", async () => {
  await using cluster = await savedCluster();
  const { store } = cluster.simulator;
  for (const object of [...store.list("Service"), ...store.list("ConfigMap")]) {
    const { namespace = "", name, labels = {}, annotations = {} } = object.metadata;
    store.delete(object.kind, namespace, name);
    store.create({ ...object, metadata: { namespace, name, labels, annotations } });
  }
  const astrolabe = await cluster.start();
  await cluster.atRest(astrolabe);
});

test("follows labels and releases that changed while it was down", async () => {
  await using cluster = await savedCluster();
  const { store } = cluster.simulator;
  const change = (object: KubeObject, i: number) => {
    const labels = { ...object.metadata.labels, "app.kubernetes.io/instance": `moved-${i % 3}` };
    const annotations = i % 2
      ? { "meta.helm.sh/release-name": `moved-${i % 3}` }
      : { "example.com/note": "of no release" };
    store.update({ ...object, metadata: { ...object.metadata, labels, annotations } });
  };
  for (const kind of ["Deployment", "Service", "Pod", "Secret"]) store.list(kind).forEach(change);
  const astrolabe = await cluster.start();
  await cluster.atRest(astrolabe);
});

test("continues with a partly saved burst after a kill", async () => {
  await using cluster = await PersistedCluster.open({ objects: 1_000 });
  const first = await cluster.start("--redis-batch-size=5");
  await holds(async () => assert((await cluster.redis.command("DBSIZE") as number) > 50));
  await cluster.stop(first, "SIGKILL");
  cluster.change();
  await cluster.forgetLease();
  const second = await cluster.start();
  await cluster.atRest(second);
});

test("refuses the data of another cluster, and does not change it", async () => {
  await using cluster = await savedCluster();
  await using other = await PersistedCluster.open({ seed: 7 });
  const before = await cluster.redis.dump();
  const astrolabe = await other.start(`--redis-addr=127.0.0.1:${cluster.redis.port}`);
  await other.shown(astrolabe);
  await holds(() => assert(/WARN .*cluster.*--redis-adopt/.test(astrolabe.output), astrolabe.output));
  await other.stop(astrolabe);
  const after = await cluster.redis.dump();
  for (const dump of [before, after]) dump.delete("astrolabe:lease");
  assertEquals(after, before);
});

test("serves nothing of another cluster's data while its own API server is down", async () => {
  await using cluster = await savedCluster();
  await using other = await PersistedCluster.open({ seed: 7 });
  await other.simulator.down();
  const astrolabe = await other.startUnread(`--redis-addr=127.0.0.1:${cluster.redis.port}`);
  await holds(() => assert(/WARN .*another API server/.test(astrolabe.output), astrolabe.output));
  const { nodes, persistence } = await astrolabe.json("/health");
  assertEquals([nodes, persistence.role, (await astrolabe.text("/readyz")).status], [0, "waiting", 503]);
  other.simulator.up();
  await other.shown(astrolabe);
  await holds(async () => assertEquals((await astrolabe.json("/health")).persistence.role, "foreign"));
});

test("shares a Redis with another cluster if each has its own key prefix", async () => {
  await using cluster = await PersistedCluster.open();
  await using other = await PersistedCluster.open({ seed: 7 });
  const address = `--redis-addr=127.0.0.1:${cluster.redis.port}`;
  const east = await cluster.start("--redis-key-prefix=east:", "--snapshot-interval=1");
  const west = await other.start(address, "--redis-key-prefix=west:", "--snapshot-interval=1");
  const isSaved = async (astrolabe: Astrolabe, prefix: string) => {
    const dump = await cluster.redis.dump();
    const saved = [...dump.keys()].filter((key) => key.startsWith(`${prefix}node:`)).map((key) =>
      key.slice(10)
    );
    assertEquals(saved.sort(), await uidsOf(astrolabe));
    assert([...dump.keys()].every((key) => /^(east|west):/.test(key)));
    const { role, lastError } = (await astrolabe.json("/health")).persistence;
    assertEquals([role, lastError], ["writer", undefined]);
  };
  for (let round = 0; round < 3; round++) {
    other.change(round);
    await other.shown(west);
    await cluster.shown(east);
    await holds(async () => {
      await isSaved(east, "east:");
      await isSaved(west, "west:");
    });
  }
  // Changes of the other cluster do not cause a full comparison.
  await holds(() => assert(east.output.includes('compared="the number of keys"'), east.output));
  const compared = () => east.output.split("compared=everything").length;
  const before = [compared(), east.output.split("Snapshot completed").length];
  other.change(9);
  await holds(() => assert(east.output.split("Snapshot completed").length >= (before[1] ?? 0) + 3));
  assertEquals(compared(), before[0]);
});

test("takes over the data of another cluster with --redis-adopt", async () => {
  await using cluster = await savedCluster();
  await using other = await PersistedCluster.open({ seed: 7 });
  const astrolabe = await cluster.start(`--kubeconfig=${other.redis.folder}/kubeconfig`, "--redis-adopt");
  await other.shown(astrolabe);
  await cluster.stop(astrolabe);
});

test("lets one of two processes write, and the other after the first has stopped", async () => {
  await using cluster = await PersistedCluster.open();
  const first = await cluster.start();
  await cluster.atRest(first);
  const second = await cluster.start();
  await cluster.shown(second);
  const isWriting = async (astrolabe: Astrolabe) =>
    (await astrolabe.json("/health")).persistence.role === "writer";
  assertEquals([await isWriting(first), await isWriting(second)], [true, false]);

  cluster.change();
  await cluster.atRest(first);
  await cluster.shown(second);
  await cluster.stop(first);
  cluster.change(1);
  await holds(async () => assert(await isWriting(second)));
  await cluster.atRest(second);
});

test("rejects the writes of a frozen writer after another has taken over", async () => {
  await using cluster = await PersistedCluster.open();
  const sleeper = await cluster.startUnread("--redis-flush-interval=1");
  await cluster.atRest(sleeper);
  cluster.change();
  sleeper.signal("SIGSTOP");
  const second = await cluster.start();
  await cluster.forgetLease();
  cluster.change(1);
  await cluster.atRest(second);
  sleeper.signal("SIGCONT");
  cluster.change(2);
  await cluster.shown(sleeper);
  await cluster.atRest(second);
  await holds(async () => assertEquals((await sleeper.json("/health")).persistence.role, "standby"));
});

test("serves nothing of a namespace that it no longer follows", async () => {
  await using cluster = await savedCluster();
  const astrolabe = await cluster.startUnread("--namespace=kube-system");
  await astrolabe.ready();
  assertEquals(await astrolabe.json("/api/v1/namespaces"), ["kube-system"]);
  await holds(async () => assertEquals((await astrolabe.json("/health")).synced, true));
  assertEquals(await astrolabe.json("/api/v1/namespaces"), ["kube-system"]);
});

test("loads the graph that an earlier demo has saved", async () => {
  const folder = await Deno.makeTempDir({ prefix: "demo_redis_" });
  Deno.env.set("TMPDIR", folder);
  try {
    const first = await Astrolabe.start("demo", "--redis", "--objects=200");
    await first.ready();
    await holds(async () => assertEquals((await first.json("/health")).synced, true));
    assertEquals(await first.stop("SIGINT"), 0);
    const second = await Astrolabe.start("demo", "--redis", "--objects=200");
    await second.ready();
    assertEquals(await second.stop("SIGINT"), 0);
    const [, loaded] = /Loaded (\d+) nodes from Redis/.exec(second.output) ?? [];
    assert(Number(loaded) >= 200, second.output);
  } finally {
    Deno.env.delete("TMPDIR");
    await Deno.remove(folder, { recursive: true });
  }
});

for (let seed = 1; seed <= 10; seed++) {
  test(`is whole again after a kill at any moment of any life, seed ${seed}`, () => killAtAnyMoment(seed));
}
