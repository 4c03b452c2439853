import { assertEquals, assertRejects } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { restore, Restored } from "../../src/persist/restore.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { record, testKinds } from "../support/records.ts";

const [, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** Returns a node as the Go server writes it: without references. */
function goNode(number: number, kind: string, name: string) {
  const value = {
    uid: uid(number),
    name,
    namespace: "a",
    kind,
    apiVersion: "v1",
    resourceVersion: "1",
    labels: {},
    annotations: {},
    creationTimestamp: "2020-09-13T12:26:40Z",
    status: "Ready",
    statusMessage: "",
    helmChart: "",
    helmRelease: "",
    metadata: {},
  };
  return [`astrolabe:node:${uid(number)}`, JSON.stringify(value)] as const;
}

function edge(type: string, from: number, to: number) {
  return [
    `astrolabe:edge:${uid(from)}:${uid(to)}`,
    JSON.stringify({ type, fromUID: uid(from), toUID: uid(to) }),
  ] as const;
}

async function load(
  values: Iterable<readonly [string, string]>,
  more: (store: MemoryStore) => void = () => {},
  { isWanted = () => true, goOn = () => true }: {
    isWanted?: (record: ResourceRecord) => boolean;
    goOn?: () => boolean;
  } = {},
) {
  const graph = new Graph(testKinds);
  const store = new MemoryStore(new FakeClock());
  const stop = new AbortController();
  const running = store.run(stop.signal);
  await Promise.resolve();
  for (const [key, value] of values) store.values.set(key, value);
  more(store);
  const restored = new Restored();
  const into = {
    restore: (record: ResourceRecord) => {
      if (isWanted(record)) graph.restore(record);
      return isWanted(record);
    },
    forget: (uid: string) => graph.forget(uid),
    expect: () => {},
  };
  try {
    await restore({ store, graph: graph.read, into, goOn }, restored);
  } finally {
    stop.abort();
    await running;
  }
  return { graph, restored, store };
}

function relations({ read }: Graph): string[] {
  const found: string[] = [];
  for (const row of read.select({ inactive: true })) {
    read.forEachTarget(row, (type, to) => {
      const name = (row: number) => read.text.text(read.name(row));
      found.push(`${name(row)} ${RELATION_TYPES[type]} ${name(to)}`);
    });
  }
  return found.sort();
}

const goDatabase = [
  goNode(1, "Pod", "web"),
  goNode(2, "Claim", "data"),
  goNode(3, "Pod", "owner"),
  edge("mounts", 1, 2),
  edge("owns", 3, 1),
];

Deno.test("restore(), edges of the Go server become relations", async () => {
  const { graph } = await load(goDatabase);
  assertEquals(relations(graph), ["owner owns web", "web mounts data"]);
});

Deno.test("restore(), a provisional reference ends with the first update of its source", async () => {
  const { graph } = await load(goDatabase);
  graph.upsert(record({ kind: testKinds[0]!, uid: uid(1), namespace: "a", name: "web" }));
  assertEquals(relations(graph), []);
});

Deno.test("restore(), an update of the other end keeps a provisional reference", async () => {
  const { graph } = await load(goDatabase);
  graph.upsert(record({ kind: claim, uid: uid(2), namespace: "a", name: "data", message: "bound" }));
  assertEquals(relations(graph), ["owner owns web", "web mounts data"]);
});

Deno.test("restore(), skips edges of missing resources and of unknown types", async () => {
  const { graph } = await load([...goDatabase, edge("mounts", 1, 9), edge("owns", 9, 1), edge("hugs", 1, 3)]);
  assertEquals(relations(graph), ["owner owns web", "web mounts data"]);
});

Deno.test("restore(), counts malformed values, and loads the rest", async () => {
  const { graph, restored } = await load([...goDatabase, ["astrolabe:node:x", "{"], [
    "astrolabe:node:y",
    "[]",
  ]]);
  assertEquals([graph.read.resourceCount, restored.nodes, restored.skipped], [3, 3, 2]);
});

Deno.test("restore(), reads no edges if all nodes contain their references", async () => {
  const own = goDatabase.slice(0, 3).map(([key, value]) =>
    [key, JSON.stringify({ ...JSON.parse(value), references: [] })] as const
  );
  const { graph } = await load([...own, edge("mounts", 1, 2)]);
  assertEquals(relations(graph), []);
});

Deno.test("restore(), reports the loaded resources by kind", async () => {
  const { restored } = await load(goDatabase);
  const byKind = [...restored.uids].map(([{ kind }, uids]) => [kind, uids.sort()]);
  assertEquals(byKind.sort(), [["Claim", [uid(2)]], ["Pod", [uid(1), uid(3)]]]);
});

Deno.test("restore(), fails if the connection is lost", async () => {
  await assertRejects(() => load(goDatabase, (store) => store.disconnect()), Error, "no connection");
});

Deno.test("restore(), does not count resources that are not wanted", async () => {
  const isWanted = ({ kind }: ResourceRecord) => kind.kind === "Claim";
  const { graph, restored } = await load(goDatabase, () => {}, { isWanted });
  assertEquals([graph.read.resourceCount, restored.nodes], [1, 1]);
  assertEquals([...restored.uids.keys()].map(({ kind }) => kind), ["Claim"]);
});

Deno.test("restore(), gives up on a database that takes too long", async () => {
  await assertRejects(() => load(goDatabase, () => {}, { goOn: () => false }), Error, "too slowly");
});
