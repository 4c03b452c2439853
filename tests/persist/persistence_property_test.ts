/**
 * Random writes of the graph during every kind of fault of the database. At the end the database must hold
 * exactly the keys of the final records.
 */
import { assertEquals } from "@std/assert";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { decodeEdge } from "../../src/persist/format/edge_value.ts";
import { NodeDecoder } from "../../src/persist/format/node_decoder.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { type Dump, MemoryStore } from "../support/memory_store.ts";
import { NaiveGraph } from "../support/naive_graph.ts";
import { namespaceKind, PersistedGraph, persistedKinds } from "../support/persisted_graph.ts";
import { random } from "../support/random.ts";
import { randomWriter } from "../support/random_writes.ts";

const SEEDS = 20;
const STEPS = 150;

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`Persistence, at rest the database holds what the graph does (seed ${seed})`, async () => {
    const next = random(seed * 7919);
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    store.pause = () => next() < 0.1 ? new Promise((resolve) => setTimeout(resolve)) : Promise.resolve();
    const write = randomWriter(seed);
    const naive = new NaiveGraph();
    let dump: Dump = store.dump();
    let life = new PersistedGraph(store, clock);
    await life.start();
    life.syncAll([]);

    const faults: (() => void | Promise<void>)[] = [
      () => store.disconnect(),
      () => store.connect(),
      () => store.refusal = new Error("out of memory (maxmemory reached)"),
      () => store.refusal = undefined,
      () => store.dropAfter = Math.floor(next() * 3),
      () => store.setHolder("another", next() * 3_000),
      () => store.flushAll(),
      () => void (dump = store.dump()),
      () => store.restart(dump),
      async () => {
        store.disconnect();
        await life.stop();
        store.connect();
        life = new PersistedGraph(store, clock);
        await life.start();
        for (let i = 0; i < 5; i++) write([naive]);
        life.syncAll(naive.records());
        naive.confirm();
      },
    ];
    for (let step = 0; step < STEPS; step++) {
      const dice = next();
      if (dice < 0.7) write([life.graph, naive]);
      else if (dice < 0.8) await faults[Math.floor(next() * faults.length)]?.();
      else await life.pass(next() * 2_000);
    }

    store.refusal = undefined;
    store.dropAfter = undefined;
    store.connect();
    await life.untilSaved();
    assertEquals(await describeStore(store), describeNaive(naive));
    await life.stop();
  });
}

Deno.test("Persistence, loads exactly the saved graph", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    const naive = new NaiveGraph();
    const write = randomWriter(seed);
    const earlier = new PersistedGraph(store, clock);
    await earlier.start();
    earlier.syncAll([]);
    for (let i = 0; i < 60; i++) write([earlier.graph, naive]);
    await earlier.untilSaved();
    await earlier.stop();

    const later = new PersistedGraph(store, clock);
    await later.start();
    const { read } = later.graph;
    const relations: string[] = [];
    for (const row of read.select({ inactive: true })) {
      read.forEachTarget(row, (type, to) => {
        relations.push(`${read.uid(row)} ${RELATION_TYPES[type]} ${read.uid(to)}`);
      });
    }
    assertEquals(relations.sort(), naive.describe().relations);
    await later.stop();
  }
});

/** Reads the database without the graph, except for the namespace that identifies the cluster. */
function describeStore(store: MemoryStore) {
  const decoder = new NodeDecoder({ kinds: persistedKinds, hasKind: () => true });
  const naive = new NaiveGraph();
  const edges: string[] = [];
  const others: string[] = [];
  for (const [key, value] of store.values) {
    const node = key.startsWith("astrolabe:node:") ? decoder.decode(value) : undefined;
    const edge = key.startsWith("astrolabe:edge:") ? decodeEdge(value) : undefined;
    if (node?.record.kind === namespaceKind) continue;
    if (node && key === `astrolabe:node:${node.record.uid}`) naive.upsert(node.record);
    else if (edge && key === `astrolabe:edge:${edge.from}:${edge.to}`) {
      edges.push(...edge.types.map((type) => `${edge.from} ${type} ${edge.to}`));
    } else others.push(key);
  }
  const sets = [...store.sets].filter(([key]) => !key.endsWith(":Namespace"))
    .map(([key, members]) => `${key} ${[...members].sort()}`).sort();
  return { ...naive.describe(), edges: edges.sort(), sets, others };
}

function describeNaive(naive: NaiveGraph) {
  const sets = new Map<string, string[]>();
  for (const { kind, namespace, uid, release } of naive.records()) {
    const keys = [`astrolabe:index:ns-kind:${namespace}:${kind.kind}`];
    if (release) keys.push(`astrolabe:index:helm-release:${release.name}`);
    for (const key of keys) sets.set(key, [...sets.get(key) ?? [], uid]);
  }
  const described = naive.describe();
  return {
    ...described,
    edges: described.relations,
    sets: [...sets].map(([key, members]) => `${key} ${members.sort()}`).sort(),
    others: ["astrolabe:metadata"],
  };
}
