import { assert, assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "../../src/simulator/api_error.ts";
import { ObjectStore } from "../../src/simulator/object_store.ts";
import { Random } from "../../src/simulator/random.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { aPod } from "./client.ts";
import { namespace, pod } from "./kinds.ts";

const key = { namespace: "default", name: "a" };

function aStore(seed = 1): ObjectStore {
  return new ObjectStore([pod, namespace], {
    seed,
    history: 100,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  });
}

function codeOf(act: () => unknown): number {
  return assertThrows(act, ApiError).code;
}

Deno.test("ObjectStore.create() assigns uid, resourceVersion, generation and creation time", () => {
  const { metadata } = aStore().create(aPod("a"));
  assertEquals([metadata.resourceVersion, metadata.generation, metadata.creationTimestamp], [
    "2",
    1,
    "2026-01-02T03:04:05Z",
  ]);
  assertEquals(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(metadata.uid ?? ""),
    true,
  );
});

Deno.test("ObjectStore.create() assigns the same uids with the same seed", () => {
  const uids = [1, 1, 2].map((seed) => aStore(seed).create(aPod("a")).metadata.uid);
  assertEquals([uids[0] === uids[1], uids[0] === uids[2]], [true, false]);
});

Deno.test("ObjectStore.create() keeps the uid of the object", () => {
  const object = aPod("a");
  object.metadata.uid = "mine";
  assertEquals(aStore().create(object).metadata.uid, "mine");
});

Deno.test("ObjectStore.create() refuses a name that is taken", () => {
  const store = aStore();
  store.create(aPod("a"));
  assertEquals(codeOf(() => store.create(aPod("a"))), 409);
});

Deno.test("ObjectStore.create() assigns a new uid to a reused name", () => {
  const store = aStore();
  const old = store.create(aPod("a"));
  store.delete("Pod", "default", "a");
  assertEquals(store.create(aPod("a")).metadata.uid === old.metadata.uid, false);
});

Deno.test("ObjectStore.fill() stores as create() does, and refuses a name that is taken", () => {
  const store = aStore();
  store.fill([aPod("a"), aPod("b")]);
  assertEquals(store.list("Pod").map(({ metadata }) => [metadata.name, metadata.resourceVersion]), [
    ["a", "2"],
    ["b", "3"],
  ]);
  assertEquals(codeOf(() => store.fill([aPod("c"), aPod("a")])), 409);
});

Deno.test("ObjectStore.pick() reaches every object of every namespace", () => {
  const store = aStore();
  for (const where of ["x", "y", "z"]) store.fill([aPod("a", {}, where), aPod("b", {}, where)]);
  store.delete("Pod", "y", "a");
  store.delete("Pod", "z", "a");
  store.delete("Pod", "z", "b");
  const random = new Random(1);
  const picked = new Set(Array.from({ length: 100 }, () => {
    const { namespace, name } = store.pick("Pod", random) ?? { namespace: "", name: "" };
    return `${namespace}/${name}`;
  }));
  assertEquals(Array.from(picked).sort(), ["x/a", "x/b", "y/b"]);
  assertEquals(store.pick("Namespace", random), undefined);
});

Deno.test("ObjectStore.update() increases the generation only with the spec", () => {
  const store = aStore();
  store.create(aPod("a"));
  const status = store.patchStatus("Pod", key, { phase: "Failed" }).metadata.generation;
  const spec = store.patch("Pod", key, { spec: { nodeName: "n1" } }).metadata.generation;
  assertEquals([status, spec], [1, 2]);
});

Deno.test("ObjectStore.update() of an equal object changes nothing", () => {
  const store = aStore();
  const { metadata } = store.update(store.create(aPod("a")));
  assertEquals([metadata.resourceVersion, store.revision], ["2", 2]);
});

Deno.test("ObjectStore.update() refuses an old resourceVersion", () => {
  const store = aStore();
  const old = store.create(aPod("a"));
  store.patchStatus("Pod", key, { phase: "Failed" });
  assertEquals(codeOf(() => store.update({ ...old, status: { phase: "Succeeded" } })), 409);
});

Deno.test("ObjectStore.patch() removes null fields and keeps absent ones", () => {
  const store = aStore();
  store.create(aPod("a", { app: "web", tier: "front" }));
  const { metadata, status } = store.patch("Pod", key, {
    metadata: { labels: { tier: null, __proto__x: "y" } },
  });
  assertEquals([metadata.labels, status.phase], [{ app: "web", __proto__x: "y" }, "Running"]);
});

Deno.test("ObjectStore.patch() of a missing object is a 404", () => {
  assertEquals(codeOf(() => aStore().patch("Pod", key, {})), 404);
});

Deno.test("ObjectStore.delete() with finalizers waits until they are gone", () => {
  const store = aStore();
  const object = aPod("a");
  object.metadata.finalizers = ["example.com/wait"];
  store.create(object);
  const marked = store.delete("Pod", "default", "a").metadata.deletionTimestamp;
  const stillThere = store.get("Pod", "default", "a") !== undefined;
  store.patch("Pod", key, { metadata: { finalizers: null } });
  assertEquals([marked, stillThere, store.get("Pod", "default", "a")], [
    "2026-01-02T03:04:05Z",
    true,
    undefined,
  ]);
});

Deno.test("ObjectStore, returns copies of objects", () => {
  const store = aStore();
  store.create(aPod("a")).status.phase = "Failed";
  assertEquals(store.get("Pod", "default", "a")?.status.phase, "Running");
});

Deno.test("ObjectStore, accepts names of Object.prototype", () => {
  const store = aStore();
  for (const name of ["__proto__", "constructor"]) store.create(aPod(name, { constructor: "x" }));
  assertEquals(store.list("Pod", "default").map(({ metadata }) => metadata.name), [
    "__proto__",
    "constructor",
  ]);
});

Deno.test("ObjectStore.rewind() restores the state of a revision, and uses later revisions again", () => {
  const store = aStore();
  store.create(aPod("kept"));
  const deleted = store.create(aPod("deleted"));
  const { revision } = store;
  store.create(aPod("lost"));
  store.delete("Pod", "default", "deleted");
  store.rewind(revision);
  assertEquals(store.list("Pod").map(({ metadata }) => metadata.name).sort(), ["deleted", "kept"]);
  assertEquals(store.get("Pod", "default", "deleted"), deleted);
  assertEquals(store.create(aPod("new")).metadata.resourceVersion, String(revision + 1));
});

Deno.test("ObjectStore.create() gives uids that no sample cluster of the same seed has", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const sampled = new Set(sampleCluster({ objects: 300, seed }).map(({ metadata }) => metadata.uid));
    const store = aStore(seed);
    for (let i = 0; i < 300; i++) {
      const { uid } = store.create(aPod(`new-${i}`)).metadata;
      assert(!sampled.has(uid), `seed ${seed}: ${uid}`);
    }
  }
});
