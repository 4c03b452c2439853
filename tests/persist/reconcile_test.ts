import { assertEquals } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { PersistedGraph } from "../support/persisted_graph.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];
const POD = "00000000-0000-4000-8000-000000000001";
const CLAIM = "00000000-0000-4000-8000-000000000002";
const GONE = "00000000-0000-4000-8000-000000000003";

const resources = [
  record({
    kind: pod,
    uid: POD,
    namespace: "a",
    name: "web",
    release: { namespace: "a", name: "shop" },
    references: [{ type: "mounts", kind: claim, namespace: "a", name: "data" }],
  }),
  record({ kind: claim, uid: CLAIM, namespace: "a", name: "data" }),
];

/** The defects of a database. */
const damages: Record<string, (store: MemoryStore) => void> = {
  "a node that is missing": ({ values }) => values.delete(`astrolabe:node:${POD}`),
  "a node with another value": ({ values }) => values.set(`astrolabe:node:${POD}`, "{}"),
  "a malformed node": ({ values }) => values.set(`astrolabe:node:${GONE}`, "{"),
  "a node of a removed resource": ({ values }) =>
    values.set(
      `astrolabe:node:${GONE}`,
      (values.get(`astrolabe:node:${POD}`) ?? "").replaceAll(POD, GONE),
    ),
  "an edge that is missing": ({ values }) => values.delete(`astrolabe:edge:${POD}:${CLAIM}`),
  "an edge of another type": ({ values }) =>
    values.set(
      `astrolabe:edge:${POD}:${CLAIM}`,
      JSON.stringify({ type: "binds", fromUID: POD, toUID: CLAIM }),
    ),
  "an edge between unrelated resources": ({ values }) =>
    values.set(
      `astrolabe:edge:${CLAIM}:${POD}`,
      JSON.stringify({ type: "owns", fromUID: CLAIM, toUID: POD }),
    ),
  "an edge to a removed resource": ({ values }) =>
    values.set(`astrolabe:edge:${POD}:${GONE}`, JSON.stringify({ type: "owns", fromUID: POD, toUID: GONE })),
  "an edge with a malformed key": ({ values }) => values.set("astrolabe:edge:a:b:c", "x"),
  "an index set that is missing": ({ sets }) => sets.delete("astrolabe:index:helm-release:shop"),
  "a member that is missing": ({ sets }) => sets.get("astrolabe:index:ns-kind:a:Pod")?.clear(),
  "a member that was removed": ({ sets }) => sets.get("astrolabe:index:ns-kind:a:Pod")?.add(GONE),
  "a member of another kind": ({ sets }) => sets.get("astrolabe:index:ns-kind:a:Pod")?.add(CLAIM),
  "an index set without members": ({ sets }) => sets.set("astrolabe:index:helm-release:old", new Set([POD])),
  "nothing at all": (store) => store.flushAll(),
};

for (const [name, damage] of Object.entries(damages)) {
  Deno.test(`reconcile(), repairs a database with ${name}`, async () => {
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    const life = new PersistedGraph(store, clock);
    await life.start();
    life.syncAll(resources);
    await life.untilSaved();
    const before = contents(store);
    store.disconnect();
    damage(store);
    store.connect();
    await life.untilSaved();
    assertEquals(contents(store), before);
    await life.stop();
  });
}

/** Returns everything except the metadata, which contains a time. */
function contents(store: MemoryStore) {
  const { values, sets } = store.dump();
  return {
    values: [...values].filter(([key]) => key !== "astrolabe:metadata").sort(),
    sets: [...sets].map(([key, members]) => [key, ...[...members].sort()]).sort(),
  };
}

Deno.test("reconcile(), a newer resourceVersion alone is no difference", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll(resources);
  await life.untilSaved();
  for (const resource of resources) life.graph.upsert({ ...resource, resourceVersion: "1234" });
  const { written } = life.persistence.numbers().writes;
  store.disconnect();
  store.connect();
  await life.untilSaved();
  assertEquals(life.persistence.numbers().writes.written, written);
  await life.stop();
});

Deno.test("reconcile(), does not touch other keys", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  store.values.set("theirs", "1");
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll(resources);
  await life.untilSaved();
  assertEquals(store.values.get("theirs"), "1");
  await life.stop();
});
