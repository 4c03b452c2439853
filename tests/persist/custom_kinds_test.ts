/** The kinds of custom resources in a database, which is read before discovery finds them. */
import { assert, assertEquals } from "@std/assert";
import { areSameKinds, decodeMetadata, metadataBatch } from "../../src/persist/format/database_metadata.ts";
import { customKind } from "../support/custom_kind.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { PersistedGraph } from "../support/persisted_graph.ts";
import { record, testKinds } from "../support/records.ts";

const [pod] = testKinds as [typeof testKinds[0]];
const widget = customKind("Widget");
const METADATA = "astrolabe:metadata";

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

const resource = record({ kind: widget, uid: uid(1), namespace: "a", name: "first" });
const user = record({
  kind: pod,
  uid: uid(2),
  namespace: "a",
  name: "web",
  references: [
    { type: "mounts", kind: widget, namespace: "a", name: "first" },
    { type: "mounts", kind: widget, namespace: "a", name: "missing" },
  ],
});

async function filled() {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const earlier = new PersistedGraph(store, clock);
  await earlier.start();
  earlier.addKind(widget);
  earlier.sync(widget, [resource]);
  earlier.syncAll([user]);
  await earlier.untilSaved();
  await earlier.stop();
  return { clock, store };
}

Deno.test("Persistence, restores custom resources and the relations to them before discovery", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  const restored = await life.start();
  const { read } = life.graph;
  assertEquals(restored.map(({ kind }) => kind).sort(), ["Namespace", "Pod", "Widget"]);
  assertEquals([...read.select({ kindNames: ["Widget.example.com"] })].map((row) => read.uid(row)), [uid(1)]);
  assertEquals([read.relationCount, life.graph.validate()], [1, []]);
  await life.stop();
});

Deno.test("Persistence, names a custom kind in the database before its resources", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([]);
  await life.untilSaved();
  life.addKind(widget);
  life.sync(widget, [resource]);
  await life.until(() => store.values.has(`astrolabe:node:${uid(1)}`));
  assertEquals(decodeMetadata(store.values.get(METADATA)).customKinds?.map(({ plural }) => plural), [
    "widgets",
  ]);
  await life.stop();
});

Deno.test("Persistence, deletes the resources of a kind that has gone, and its name", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([user]);
  const [known] = life.graph.read.kinds.filter(({ custom }) => custom);
  life.removeKind(known!);
  await life.untilSaved();
  assert(!store.values.has(`astrolabe:node:${uid(1)}`));
  assertEquals([...store.sets.keys()].filter((key) => key.includes("Widget")), []);
  assertEquals(decodeMetadata(store.values.get(METADATA)).customKinds, undefined);
  await life.stop();
});

Deno.test("Persistence, keeps the saved resources of a custom kind that cannot be listed", async () => {
  const { clock, store } = await filled();
  const life = new PersistedGraph(store, clock);
  await life.start();
  life.syncAll([user]);
  await life.untilSaved();
  assert(store.values.has(`astrolabe:node:${uid(1)}`));
  await life.stop();
});

Deno.test("decodeMetadata(), skips custom kinds that are malformed", () => {
  const customKinds = [null, 1, {}, { group: "a", version: "v1", kind: "A" }, {
    group: "a",
    version: "v1",
    kind: "A",
    plural: "as",
    scope: "cluster",
  }];
  const decoded = decodeMetadata(JSON.stringify({ customKinds })).customKinds ?? [];
  assertEquals(decoded.map(({ kind, namespaced }) => [kind, namespaced]), [["A", false]]);
  assertEquals(decodeMetadata(JSON.stringify({ customKinds: "x" })).customKinds, undefined);
});

Deno.test("metadataBatch(), writes custom kinds that decodeMetadata() reads", () => {
  const aggregated = { ...widget, kind: "Gadget", aggregated: true };
  const { set: [[, value] = ["", ""]] } = metadataBatch("test", { customKinds: [widget, aggregated] });
  const decoded = decodeMetadata(String(value)).customKinds ?? [];
  assertEquals(areSameKinds(decoded, [aggregated, widget]), true);
  assertEquals(areSameKinds(decoded, [widget]), false);
  assertEquals(areSameKinds(decoded, [{ ...widget, version: "v2" }, aggregated]), false);
});
