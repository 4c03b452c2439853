import { assertEquals, assertRejects } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import { BatchEncoder } from "../../src/persist/format/batch_encoder.ts";
import { Journal } from "../../src/persist/journal/journal.ts";
import { Lease } from "../../src/persist/lease.ts";
import { Counters, NO_OBSERVERS } from "../../src/persist/counters.ts";
import { Writer } from "../../src/persist/writer.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** Returns a graph, its journal and a writer of batches of two keys, with a database in memory. */
async function start() {
  const graph = new Graph(testKinds);
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const journal = new Journal(graph.read, () => {});
  const lease = new Lease({ store, clock, onTaken: () => {} });
  const counters = new Counters();
  const encoder = new BatchEncoder(graph.read, journal.uids);
  const writer = new Writer({
    store,
    journal,
    encoder,
    lease,
    counters,
    observers: NO_OBSERVERS,
    batchSize: 2,
    flushInterval: 30_000,
    clock,
  });
  const stop = new AbortController();
  const running = store.run(stop.signal);
  await Promise.resolve();
  graph.listen(journal);
  const close = () => (stop.abort(), running);
  return { graph, store, journal, lease, counters, writer, close };
}

function web(labels: [string, string][] = []) {
  return record({ kind: pod, uid: uid(1), namespace: "a", name: "web", labels });
}

function mounting(name: string) {
  return { ...web(), references: [{ type: "mounts" as const, kind: claim, namespace: "a", name }] };
}

Deno.test("Writer, writes a node, its edges and its memberships", async () => {
  const { graph, store, writer, close } = await start();
  graph.upsert({ ...mounting("data"), release: { namespace: "a", name: "shop" } });
  graph.upsert(record({ kind: claim, uid: uid(2), namespace: "a", name: "data" }));
  await writer.flush();
  assertEquals([...store.values.keys()].sort(), [
    `astrolabe:edge:${uid(1)}:${uid(2)}`,
    `astrolabe:node:${uid(1)}`,
    `astrolabe:node:${uid(2)}`,
  ]);
  assertEquals([...store.sets].map(([key, members]) => [key, [...members]]).sort(), [
    ["astrolabe:index:helm-release:shop", [uid(1)]],
    ["astrolabe:index:ns-kind:a:Claim", [uid(2)]],
    ["astrolabe:index:ns-kind:a:Pod", [uid(1)]],
  ]);
  await close();
});

Deno.test("Writer, deletes all keys of a removed resource", async () => {
  const { graph, store, writer, close } = await start();
  graph.upsert({ ...mounting("data"), release: { namespace: "a", name: "shop" } });
  graph.upsert(record({ kind: claim, uid: uid(2), namespace: "a", name: "data" }));
  await writer.flush();
  graph.remove(uid(1));
  graph.remove(uid(2));
  await writer.flush();
  assertEquals([store.values.size, store.sets.size], [0, 0]);
  await close();
});

Deno.test("Writer, moves the membership of a resource that changes its release", async () => {
  const { graph, store, writer, close } = await start();
  graph.upsert({ ...web(), release: { namespace: "a", name: "old" } });
  await writer.flush();
  graph.upsert({ ...web(), release: { namespace: "a", name: "new" } });
  await writer.flush();
  assertEquals(store.sets.get("astrolabe:index:helm-release:old"), undefined);
  assertEquals(store.sets.get("astrolabe:index:helm-release:new"), new Set([uid(1)]));
  await close();
});

Deno.test("Writer, writes the latest state of a resource that changed twice", async () => {
  const { graph, store, writer, close } = await start();
  graph.upsert(web());
  graph.upsert(web([["app", "web"]]));
  await writer.flush();
  assertEquals(JSON.parse(store.values.get(`astrolabe:node:${uid(1)}`)!).labels, { app: "web" });
  await close();
});

Deno.test("Writer, keeps keys dirty that the database rejects", async () => {
  const { graph, store, writer, journal, close } = await start();
  for (let i = 1; i <= 5; i++) {
    graph.upsert(record({ kind: pod, uid: uid(i), namespace: "a", name: `web-${i}` }));
  }
  store.refusal = new Error("memory is full");
  await writer.flush().catch(() => {});
  assertEquals([journal.size, store.values.size], [5, 0]);
  store.refusal = undefined;
  await writer.flush();
  assertEquals([journal.size, store.values.size], [0, 5]);
  await close();
});

Deno.test("Writer, writes keys again after a lost connection", async () => {
  const { graph, store, writer, journal, lease, close } = await start();
  for (let i = 1; i <= 5; i++) {
    graph.upsert(record({ kind: pod, uid: uid(i), namespace: "a", name: `web-${i}` }));
  }
  store.dropAfter = 1;
  await writer.flush().catch(() => {});
  assertEquals([journal.size, store.values.size], [5, 2]);
  store.connect();
  lease.renew();
  await writer.flush();
  assertEquals([journal.size, store.values.size], [0, 5]);
  await close();
});

Deno.test("Writer, stops when another process has the lease", async () => {
  const { graph, store, writer, journal, lease, close } = await start();
  graph.upsert(web());
  await lease.keep();
  store.setHolder("another", 1_000);
  await writer.flush();
  assertEquals([journal.size, store.values.size, lease.held], [1, 0, false]);
  await close();
});

Deno.test("Writer, sends a full database only its deletions", async () => {
  const { graph, store, journal, writer, close } = await start();
  graph.upsert(web());
  await writer.flush();
  store.isFull = true;
  graph.remove(uid(1));
  graph.upsert(record({ kind: claim, uid: uid(2), namespace: "a", name: "data" }));
  await assertRejects(() => writer.flush(), Error, "out of memory (maxmemory reached)");
  assertEquals([[...store.values.keys()], journal.size > 0], [[], true]);
  await close();
});
