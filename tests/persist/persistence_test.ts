import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import {
  CLUSTER,
  namespaceKind,
  PersistedGraph,
  type PersistedGraphOptions,
  SERVER,
} from "../support/persisted_graph.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function web(number: number, more: { message?: string } = {}) {
  return record({ kind: pod, uid: uid(number), namespace: "a", name: `web-${number}`, ...more });
}

const data = record({ kind: claim, uid: uid(100), namespace: "a", name: "data" });
const mounting = {
  ...web(1),
  references: [{ type: "mounts" as const, kind: claim, namespace: "a", name: "data" }],
};

/** Returns a database that an earlier process has filled. */
async function filled(records = [mounting, web(2), data], options: PersistedGraphOptions = {}) {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const earlier = new PersistedGraph(store, clock, options);
  await earlier.start();
  earlier.syncAll(records);
  await earlier.untilSaved();
  await earlier.stop();
  return { clock, store };
}

Deno.test("Persistence, saves the graph once its cluster is known", async () => {
  const { store } = await filled();
  assert(store.values.has(`astrolabe:node:${uid(1)}`));
  assert(store.values.has(`astrolabe:edge:${uid(1)}:${uid(100)}`));
});

Deno.test("Persistence, writes nothing before its cluster is known", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.sync(pod, [web(1), web(2), web(3), web(4)]);
  await life.until(() => life.persistence.status().role === "waiting" && clock.now() > 0);
  assertEquals(store.calls.write, undefined);
  await life.stop();
});

Deno.test("Persistence, loads the graph that an earlier process has saved", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  const kinds = await life.start();
  const { read } = life.graph;
  assertEquals([read.resourceCount, read.relationCount], [4, 1]);
  assertEquals(kinds.map(({ kind }) => kind).sort(), ["Claim", "Namespace", "Pod"]);
  assert(life.says("Loaded 4 nodes from Redis"));
  await life.stop();
});

Deno.test("Persistence, deletes resources that were removed while it was down", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(2)]);
  await life.untilSaved();
  assertEquals([...store.values.keys()].filter((key) => key.includes(uid(1))), []);
  assertEquals(store.sets.get("astrolabe:index:ns-kind:a:Pod"), new Set([uid(2)]));
  await life.stop();
});

Deno.test("Persistence, runs without a database, and saves everything when there is one", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.disconnect();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, data]);
  assertEquals(life.persistence.status().connected, false);
  store.connect();
  await life.untilSaved();
  assert(store.values.has(`astrolabe:edge:${uid(1)}:${uid(100)}`));
  await life.stop();
});

Deno.test("Persistence, saves everything again after FLUSHALL", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  const before = store.dump();
  store.flushAll();
  await life.untilSaved();
  assertEquals([...store.values.keys()].sort(), [...before.values.keys()].sort());
  assertEquals(store.dump().sets, before.sets);
  await life.stop();
});

Deno.test("Persistence, updates an older dump", async () => {
  const { clock, store } = await filled();
  const old = store.dump();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(2, { message: "newer" }), web(3)]);
  await life.untilSaved();
  store.restart(old);
  await life.untilSaved();
  assertEquals(store.values.has(`astrolabe:node:${uid(1)}`), false);
  assertEquals(JSON.parse(store.values.get(`astrolabe:node:${uid(2)}`) ?? "{}").statusMessage, "newer");
  await life.stop();
});

Deno.test("Persistence, notices that older data was restored into a running database", async () => {
  const { clock, store } = await filled();
  const old = store.dump();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2, { message: "newer" }), data]);
  await life.untilSaved();
  store.flushAll();
  for (const [key, value] of old.values) store.values.set(key, value);
  for (const [key, members] of old.sets) store.sets.set(key, new Set(members));
  await life.untilSaved();
  assertEquals(JSON.parse(store.values.get(`astrolabe:node:${uid(2)}`) ?? "{}").statusMessage, "newer");
  await life.stop();
});

Deno.test("Persistence, does not change another cluster's data, and drops what it loaded of it", async () => {
  const { clock, store } = await filled();
  const before = store.dump();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.sync(namespaceKind, [record({ kind: namespaceKind, uid: uid(9), name: "kube-system" })]);
  await life.until(() => life.persistence.status().role === "foreign");
  assertEquals([life.graph.read.resourceCount, life.persistence.servesRestored], [1, false]);
  assert(life.says("--redis-adopt"));
  await life.stop();
  assertEquals(store.dump(), before);
});

Deno.test("Persistence, overwrites another cluster's data if that is allowed", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock, { adopt: true });
  await life.start();
  life.syncAll([web(5)], uid(9));
  await life.untilSaved();
  assertEquals(JSON.parse(store.values.get("astrolabe:metadata") ?? "{}").cluster, uid(9));
  assertEquals(store.values.has(`astrolabe:node:${uid(1)}`), false);
  await life.stop();
});

Deno.test("Persistence, keeps the saved resources of a forbidden kind", async () => {
  const { clock, store } = await filled();
  store.disconnect();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(2)]);
  life.become(claim, "forbidden");
  store.connect();
  await life.untilSaved();
  assert(store.values.has(`astrolabe:node:${uid(100)}`));
  assertEquals(store.sets.get("astrolabe:index:ns-kind:a:Claim"), new Set([uid(100)]));
  assertEquals(store.values.has(`astrolabe:node:${uid(1)}`), false);
  await life.stop();
});

Deno.test("Persistence, waits while another process writes, and takes over after it has stopped", async () => {
  const { clock, store } = await filled();
  store.setHolder("another", 20_000);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(7)]);
  await life.until(() => life.persistence.status().role === "standby");
  assertEquals(store.values.has(`astrolabe:node:${uid(7)}`), false);
  await life.untilSaved();
  assert(store.values.has(`astrolabe:node:${uid(7)}`));
  await life.stop();
});

Deno.test("Persistence, logs a refusal of the database once, and tries again", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const life = new PersistedGraph(store, clock);
  await life.start();
  store.refusal = new Error("out of memory (maxmemory reached)");
  life.syncAll([mounting, data]);
  await life.until(() => life.persistence.status().lastError === "out of memory (maxmemory reached)");
  const tries = store.calls.lease ?? 0;
  await life.until(() => (store.calls.lease ?? 0) > tries + 2);
  assertEquals(life.log.lines.filter((line) => line.includes("Could not save")).length, 1);
  store.refusal = undefined;
  await life.untilSaved();
  assertEquals(life.persistence.status().lastError, undefined);
  await life.stop();
});

Deno.test("Persistence, saves the dirty keys at shutdown", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(2)]);
  await life.untilSaved();
  life.graph.upsert(web(2, { message: "last words" }));
  await life.stop();
  assertEquals(JSON.parse(store.values.get(`astrolabe:node:${uid(2)}`) ?? "{}").statusMessage, "last words");
  assertEquals(store.holder, undefined);
});

Deno.test("Persistence, stops in time if the database hangs", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(2)]);
  await life.untilSaved();
  life.graph.upsert(web(2, { message: "last words" }));
  store.hang();
  const asked = clock.now();
  await life.stop();
  assert(clock.now() - asked <= 6_000);
  assert(life.says("Stopped with unsaved changes"));
});

Deno.test("Persistence, a snapshot without doubt reads no values", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  const gets = store.calls.get;
  await life.untilSaved();
  assertEquals(store.calls.get, gets);
  await life.stop();
});

Deno.test("Persistence, notices a key that another process has deleted", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  store.values.delete(`astrolabe:edge:${uid(1)}:${uid(100)}`);
  await life.untilSaved();
  assert(store.values.has(`astrolabe:edge:${uid(1)}:${uid(100)}`));
  await life.stop();
});

Deno.test("Persistence, drops another cluster's resources although the database is down by then", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  store.disconnect();
  life.sync(namespaceKind, [record({ kind: namespaceKind, uid: uid(9), name: "kube-system" })]);
  await life.until(() => !life.persistence.servesRestored);
  assertEquals(life.graph.read.resourceCount, 1);
  await life.stop();
});

Deno.test("Persistence, takes over a database that no longer belongs to another cluster", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(5)], uid(9));
  await life.until(() => life.persistence.status().role === "foreign");
  store.flushAll();
  await life.untilSaved();
  assert(store.values.has(`astrolabe:node:${uid(5)}`));
  await life.stop();
});

Deno.test("Persistence, does not write to a database that another cluster has taken over in the meantime", async () => {
  const { clock, store } = await filled();
  store.setHolder("another", 20_000);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(5)]);
  await life.until(() => life.persistence.status().role === "standby");
  store.values.set("astrolabe:metadata", JSON.stringify({ cluster: "another" }));
  await life.until(() => life.persistence.status().role === "foreign");
  assertEquals([store.values.has(`astrolabe:node:${uid(5)}`), store.holder], [false, undefined]);
  await life.stop();
});

Deno.test("Persistence, drops no resource that an unfinished list has confirmed", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.graph.beginReplace({ kind: pod });
  life.graph.upsert(web(2));
  life.sync(namespaceKind, [record({ kind: namespaceKind, uid: uid(9), name: "kube-system" })]);
  await life.until(() => life.persistence.status().role === "foreign");
  life.graph.endReplace({ kind: pod });
  const { read } = life.graph;
  assertEquals([read.find(uid(1)), read.find(uid(2)) !== undefined], [undefined, true]);
  await life.stop();
});

Deno.test("Persistence, recognises its cluster once the namespaces can be read", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.become(namespaceKind, "forbidden");
  await life.until(() => life.persistence.status().role === "foreign");
  life.syncAll([web(2)]);
  await life.until(() => life.persistence.status().role === "writer");
  await life.untilSaved();
  assertEquals(store.values.has(`astrolabe:node:${uid(1)}`), false);
  await life.stop();
});

Deno.test("Persistence, reports why there is no connection", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.disconnect();
  const life = new PersistedGraph(store, clock);
  await life.start();
  assertEquals(life.persistence.status().lastError, "there is no connection");
  await life.stop();
});

Deno.test("Persistence, stays the writer while its writes are refused", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  store.isFull = true;
  life.graph.upsert(web(3));
  await life.until(() => life.persistence.status().lastError !== undefined);
  for (let i = 0; i < 20; i++) {
    await life.pass(2_000);
    assertEquals(life.persistence.status().role, "writer");
  }
  store.disconnect();
  assertEquals(life.persistence.status().role, "waiting");
  assertEquals(life.persistence.status().lastError, "there is no connection");
  store.isFull = false;
  store.connect();
  await life.untilSaved();
  await life.stop();
});

Deno.test("Persistence, does not ask earlier for a refused lease because of changes", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  store.refusal = new Error("NOREPLICAS");
  life.graph.upsert(web(3));
  await life.until(() => life.persistence.status().lastError !== undefined);
  await life.pass(8_000);
  const before = store.calls.lease ?? 0;
  for (let i = 0; i < 100; i++) {
    life.graph.upsert(web(3, { message: `${i}` }));
    life.graph.upsert(web(4 + i));
    await new Promise((resolve) => setTimeout(resolve));
  }
  const asked = (store.calls.lease ?? 0) - before;
  assert(asked <= 2, `asked ${asked} times`);
  store.refusal = undefined;
  await life.untilSaved();
  await life.stop();
});

/** Resources with more keys than fit into a small database. */
const many = Array.from({ length: 30 }, (_, i) => web(i + 1));

Deno.test("Persistence, does not call a database complete that evicts keys", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.capacity = 20;
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll(many);
  await life.until(() => `${life.persistence.status().lastError}`.includes("the graph accounts for"));
  await life.pass(20_000);
  const { lastSnapshot } = life.persistence.status();
  assertEquals([lastSnapshot, life.persistence.numbers().missingKeys > 0], [undefined, true]);
  assertEquals(life.log.lines.filter((line) => line.includes("Snapshot completed")), []);
  await life.stop();
});

Deno.test("Persistence, compares a database that evicts keys no more often than it takes snapshots", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.capacity = 20;
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll(many);
  await life.until(() => life.persistence.numbers().missingKeys > 0);
  const before = store.calls.members ?? 0;
  await life.pass(50_000);
  const comparisons = (store.calls.members ?? 0) - before;
  assert(comparisons <= 22, `read sets ${comparisons} times`);
  await life.stop();
});

Deno.test("Persistence, repairs a database that has free memory again", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.capacity = 20;
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll(many);
  await life.until(() => life.persistence.numbers().missingKeys > 0);
  store.capacity = Infinity;
  await life.untilSaved();
  assertEquals([...store.values.keys()].filter((key) => key.includes(":node:")).length, 31);
  const { lastError } = life.persistence.status();
  assertEquals([lastError, life.persistence.numbers().missingKeys], [undefined, 0]);
  await life.stop();
});

Deno.test("Persistence, compares everything after evictions, even of other applications' keys", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  const before = store.calls.members ?? 0;
  store.evictOthers(3);
  await life.until(() => (store.calls.members ?? 0) > before);
  await life.untilSaved();
  assertEquals(life.persistence.status().lastError, undefined);
  await life.stop();
});

for (
  const [what, lose] of [
    ["a node", (store: MemoryStore) => store.values.delete(`astrolabe:node:${uid(1)}`)],
    ["an index set", (store: MemoryStore) => store.sets.delete("astrolabe:index:ns-kind:a:Pod")],
    ["its last snapshot's time", (store: MemoryStore) => {
      const metadata = JSON.parse(store.values.get("astrolabe:metadata") ?? "{}");
      store.values.set("astrolabe:metadata", JSON.stringify({ ...metadata, lastSnapshot: undefined }));
    }],
  ] as const
) {
  Deno.test(`Persistence, says that it restored only a part when the database has lost ${what}`, async () => {
    const { clock, store } = await filled();
    lose(store);
    const life = new PersistedGraph(store, clock);
    await life.start();
    assert(life.persistence.status().loadedPartly !== undefined);
    assert(life.says("Loaded only a part of the graph from Redis"));
    await life.stop();
  });
}

Deno.test("Persistence, reports a partial restore if the connection is lost", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  let calls = 0;
  store.pause = () => {
    // By then, the metadata and some nodes have been read.
    if (++calls === 9) store.disconnect();
    return Promise.resolve();
  };
  await life.start();
  assert(life.persistence.status().loadedPartly !== undefined, `${life.log.lines}`);
  await life.stop();
});

Deno.test("Persistence, reports no partial restore if another process writes during it", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  const scan = store.scan.bind(store);
  // After the nodes and before the index sets, one resource is removed and another is added, with the kind's
  // only set.
  store.scan = async function* (prefix) {
    if (prefix.startsWith("astrolabe:index:")) {
      store.values.delete(`astrolabe:node:${uid(100)}`);
      store.sets.delete("astrolabe:index:ns-kind:a:Claim");
      store.values.set(`astrolabe:node:${uid(3)}`, store.values.get(`astrolabe:node:${uid(2)}`) ?? "");
      store.sets.get("astrolabe:index:ns-kind:a:Pod")?.add(uid(3));
    }
    yield* scan(prefix);
  };
  await life.start();
  assertEquals(life.persistence.status().loadedPartly, undefined);
  await life.stop();
});

Deno.test("Persistence, reports no partial restore after a complete one", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  assertEquals([life.persistence.status().loadedNodes, life.persistence.status().loadedPartly], [
    4,
    undefined,
  ]);
  await life.stop();
});

Deno.test("Persistence, saves the identity of the API server", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const life = new PersistedGraph(store, clock, { caSha256: "abc" });
  await life.start();
  life.syncAll([web(1)]);
  await life.untilSaved();
  const { cluster, apiServer, caSha256 } = JSON.parse(store.values.get("astrolabe:metadata") ?? "{}");
  assertEquals([cluster, apiServer, caSha256], [CLUSTER, SERVER, "abc"]);
  await life.stop();
});

for (
  const [what, options] of [
    ["another address", { server: "https://other:6443" }],
    ["another CA", { caSha256: "other" }],
    ["no CA", { caSha256: undefined }],
  ] as const
) {
  Deno.test(`Persistence, restores nothing that was saved for an API server with ${what}`, async () => {
    const { clock, store } = await filled(undefined, { caSha256: "ours" });
    const life = new PersistedGraph(store, clock, { caSha256: "ours", ...options } as PersistedGraphOptions);
    assertEquals(await life.start(), []);
    assertEquals([life.graph.read.resourceCount, life.persistence.servesRestored], [0, false]);
    assert(life.says("Redis has data of another API server"));
    const writes = store.calls.write;
    await life.pass(120_000);
    assertEquals([life.persistence.servesRestored, store.calls.write], [false, writes]);
    // The namespace shows that it is the same cluster, so it is saved again.
    life.syncAll([web(2)]);
    await life.untilSaved();
    const { apiServer } = JSON.parse(store.values.get("astrolabe:metadata") ?? "{}");
    assertEquals(apiServer, options.server ?? SERVER);
    await life.stop();
  });
}

Deno.test("Persistence, restores data that was saved without an API server", async () => {
  const { clock, store } = await filled();
  const { cluster, lastSnapshot } = JSON.parse(store.values.get("astrolabe:metadata") ?? "{}");
  store.values.set("astrolabe:metadata", JSON.stringify({ cluster, lastSnapshot }));
  const life = new PersistedGraph(store, clock, { server: "https://other:6443", caSha256: "other" });
  assertEquals((await life.start()).length, 3);
  await life.stop();
});

Deno.test("Persistence, restores another API server's data if adoption is allowed", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock, { server: "https://other:6443", adopt: true });
  assertEquals((await life.start()).length, 3);
  await life.stop();
});

Deno.test("Persistence, keeps no journal while another process writes", async () => {
  const { clock, store } = await filled();
  store.setHolder("another", 60_000);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(1)]);
  await life.until(() => life.persistence.status().role === "standby");
  for (let i = 0; i < 50; i++) life.graph.upsert(web(10 + i));
  assertEquals(life.persistence.status().dirtyKeys, 0);
  // The takeover writes the changes that are not in the journal.
  store.setHolder("", 0);
  await life.untilSaved();
  assert(store.values.has(`astrolabe:node:${uid(59)}`));
  await life.stop();
});

Deno.test("Persistence, keeps no journal for another cluster's database", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([web(5)], uid(9));
  await life.until(() => life.persistence.status().role === "foreign");
  for (let i = 0; i < 50; i++) life.graph.upsert(web(10 + i));
  assertEquals(life.persistence.status().dirtyKeys, 0);
  await life.stop();
  assertEquals(life.says("Stopped with unsaved changes"), false);
});

Deno.test("Persistence, serves a restored graph immediately if no process writes", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  assertEquals(life.persistence.servesRestored, true);
  await life.stop();
});

Deno.test("Persistence, does not serve a restored graph while another process writes", async () => {
  const { clock, store } = await filled();
  store.setHolder("another", 30_000);
  const life = new PersistedGraph(store, clock);
  await life.start();
  assertEquals(life.persistence.servesRestored, false);
  await life.pass(20_000);
  assertEquals(life.persistence.servesRestored, false);
  // The other writer dies, although our cluster is not known yet.
  await life.pass(12_000);
  assertEquals([life.persistence.servesRestored, life.persistence.role], [true, "waiting"]);
  await life.stop();
});

Deno.test("Persistence, serves a restored graph after a minute without an API server", async () => {
  const { clock, store } = await filled();
  store.setHolder("another", 600_000);
  const life = new PersistedGraph(store, clock);
  await life.start();
  await life.pass(50_000);
  life.hear(pod);
  await life.pass(50_000);
  assertEquals(life.persistence.servesRestored, false);
  await life.pass(11_000);
  assertEquals(life.persistence.servesRestored, true);
  await life.stop();
});

Deno.test("Persistence, gives the lease back at shutdown, so that another process takes over within a second", async () => {
  const { clock, store } = await filled();
  const writer = new PersistedGraph(store, clock);
  await writer.start();
  writer.syncAll([web(1)]);
  await writer.untilSaved();
  const standby = new PersistedGraph(store.another(), clock);
  await standby.start();
  standby.syncAll([web(1)]);
  await standby.until(() => standby.persistence.role === "standby");
  await writer.stop();
  const stopped = clock.now();
  await standby.until(() => standby.persistence.role === "writer");
  assert(clock.now() - stopped <= 1_000);
  await standby.stop();
});

Deno.test("Persistence, bounds its memory during an hour without Redis, and then compares once", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock, { snapshotInterval: 300_000 });
  await life.start();
  life.syncAll([mounting, web(2), data]);
  await life.untilSaved();
  store.disconnect();
  let most = 0;
  for (let i = 0; i < 60_000; i++) {
    const gone = record({ kind: pod, uid: uid(1_000 + i), namespace: "a", name: `burst-${i}` });
    life.graph.upsert(gone);
    life.graph.remove(gone.uid);
    most = Math.max(most, life.persistence.journal.size);
  }
  clock.advance(3_600_000);
  assert(most < 25_000 + 20_000 + 20_000, `${most} keys`);
  const before = life.log.lines.length;
  store.connect();
  await life.until(() => life.log.lines.slice(before).some((line) => line.includes("Snapshot completed")));
  await life.pass(60_000);
  const snapshots = life.log.lines.slice(before).filter((line) => line.includes("Snapshot completed"));
  assertEquals(snapshots.length, 1);
  assertEquals([...store.values.keys()].filter((key) => key.includes(":node:")).length, 4);
  await life.stop();
});

Deno.test("Persistence, three replicas bound their memory during an hour without Redis, and one then compares once", async () => {
  const { clock, store } = await filled();
  const stores = [store, store.another(), store.another()];
  const lives = stores.map((one) => new PersistedGraph(one, clock, { snapshotInterval: 300_000 }));
  for (const life of lives) {
    await life.start();
    life.syncAll([mounting, web(2), data]);
  }
  const [first] = lives as [PersistedGraph];
  await first.untilSaved();
  const roles = () => lives.map(({ persistence }) => persistence.status().role);
  await first.until(() => roles().filter((role) => role === "standby").length === 2);

  for (const one of stores) one.disconnect();
  const most = lives.map(() => 0);
  for (let i = 0; i < 60_000; i++) {
    const gone = record({ kind: pod, uid: uid(1_000 + i), namespace: "a", name: `burst-${i}` });
    for (const [at, { graph, persistence }] of lives.entries()) {
      graph.upsert(gone);
      graph.remove(gone.uid);
      most[at] = Math.max(most[at]!, persistence.journal.size);
    }
    if (i % 1_000 > 0) continue;
    clock.advance(59_000);
    await first.pass(1_000);
  }
  assert(most.every((keys) => keys < 25_000 + 20_000 + 20_000), `${most} keys`);

  const before = lives.map(({ log }) => log.lines.length);
  const snapshots = () =>
    lives.map(({ log }, at) =>
      log.lines.slice(before[at]).filter((line) => line.includes("Snapshot completed")).length
    );
  for (const one of stores) one.connect();
  await first.until(() => snapshots().some((count) => count > 0));
  await first.pass(60_000);
  assertEquals(snapshots().sort(), [0, 0, 1]);
  assertEquals(roles().sort(), ["standby", "standby", "writer"]);
  assertEquals(lives.map(({ persistence }) => persistence.journal.size), [0, 0, 0]);
  assertEquals([...store.values.keys()].filter((key) => key.includes(":node:")).length, 4);
  for (const life of lives) await life.stop();
});

Deno.test("Persistence, a standby reports a failure of Redis until Redis answers again", async () => {
  const { clock, store } = await filled();
  const writer = new PersistedGraph(store, clock);
  await writer.start();
  writer.syncAll([web(1)]);
  await writer.untilSaved();
  const another = store.another();
  const standby = new PersistedGraph(another, clock);
  await standby.start();
  standby.syncAll([web(1)]);
  const { persistence } = standby;
  await standby.until(() => persistence.role === "standby");
  another.pause = () => Promise.reject(new Error("it does not answer"));
  await standby.until(() => persistence.status()["lastError"] === "it does not answer");
  another.pause = () => Promise.resolve();
  await standby.until(() => persistence.status()["lastError"] === undefined);
  assertEquals(persistence.role, "standby");
  for (const life of [standby, writer]) await life.stop();
});
