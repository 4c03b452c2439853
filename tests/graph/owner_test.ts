/** References to owners bind only by uid, within the limits of the garbage collector. */
import { assertEquals } from "@std/assert";
import { Slicer } from "../../src/graph/queries/slicer.ts";
import { Graph } from "../../src/graph/graph.ts";
import type { Reference } from "../../src/model/reference.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim, volume] = testKinds as [typeof testKinds[0], typeof testKinds[0], typeof testKinds[0]];

/** Returns a Pod, in namespace a by default. */
function podNamed(name: string, given: Partial<ResourceRecord> = {}): ResourceRecord {
  return record({ kind: pod!, namespace: "a", name, uid: name, ...given });
}

function ownedBy(uid: string, entry: Partial<Reference> = {}): { references: Reference[] } {
  return {
    references: [{ type: "owns", kind: pod, namespace: "a", name: uid, uid, reversed: true, ...entry }],
  };
}

/** Returns each relation, and each unresolved reference with the name of its target. */
function facts({ read }: Graph): string[] {
  const found: string[] = [];
  for (const row of read.select({ inactive: true })) {
    read.forEachRelation(row, (type, from, to) => {
      found.push(`${read.uid(from)} ${RELATION_TYPES[type]} ${read.uid(to)}`);
    });
    read.forEachReference(row, ({ active, named }) => {
      if (active || !named) return;
      const key = [named.namespace, named.name].map((id) => read.text.text(id)).join("/");
      const kind = read.kinds[named.kind]?.kind;
      found.push(`${read.uid(row)} lacks ${kind} ${key}${named.replaced ? ", replaced" : ""}`);
    });
  }
  return found.sort();
}

const UNTRACKED = { kind: undefined, namespace: "", name: "" };
const entries: [what: string, entry: Partial<Reference>][] = [
  ["its own kind and name", { name: "owner" }],
  ["a wrong kind", { kind: claim }],
  ["a cluster-scoped kind", { kind: volume, namespace: "" }],
  ["a kind that is not tracked", UNTRACKED],
  ["a wrong name", { name: "nobody" }],
  ["another resource's name", { name: "third" }],
];

for (const [what, entry] of entries) {
  Deno.test(`Graph, an entry with ${what} finds its owner by uid in either order`, () => {
    const owner = podNamed("owner");
    const dependent = podNamed("web", ownedBy("owner", entry));
    const third = podNamed("third");
    for (const order of [[owner, dependent, third], [dependent, third, owner], [third, owner, dependent]]) {
      const graph = new Graph(testKinds);
      for (const written of order) graph.upsert(written);
      assertEquals(facts(graph), ["owner owns web"]);
      graph.remove("owner");
      graph.upsert(owner);
      assertEquals(facts(graph), ["owner owns web"]);
    }
  });
}

const places: [what: string, owner: ResourceRecord, dependent: ResourceRecord, owns: boolean][] = [
  ["the same namespace", podNamed("owner"), podNamed("web"), true],
  ["another namespace", podNamed("owner", { namespace: "b" }), podNamed("web"), false],
  ["no namespace", podNamed("owner", { kind: volume!, namespace: "" }), podNamed("web"), true],
  [
    "a namespace, of a cluster-scoped resource",
    podNamed("owner"),
    podNamed("web", { kind: volume!, namespace: "" }),
    false,
  ],
  [
    "no namespace, as the resource that it owns",
    podNamed("owner", { kind: volume!, namespace: "" }),
    podNamed("web", { kind: volume!, namespace: "" }),
    true,
  ],
];

for (const [what, owner, dependent, owns] of places) {
  Deno.test(`Graph, an owner in ${what} ${owns ? "owns" : "does not own"}, in either order`, () => {
    const owned = { ...dependent, ...ownedBy("owner") };
    for (const order of [[owner, owned], [owned, owner]]) {
      const graph = new Graph(testKinds);
      for (const written of order) graph.upsert(written);
      assertEquals(facts(graph), owns ? ["owner owns web"] : ["web lacks Pod a/owner"]);
      graph.remove("owner");
      assertEquals(facts(graph), ["web lacks Pod a/owner"]);
    }
  });
}

Deno.test("Graph, an owner that leaves the namespace of its dependents no longer owns them", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("web", ownedBy("owner")));
  graph.upsert(podNamed("owner"));
  graph.upsert(podNamed("owner", { namespace: "b" }));
  assertEquals(facts(graph), ["web lacks Pod a/owner"]);
});

Deno.test("GraphReader.forEachReference() names a missing target as each source does", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("one", ownedBy("gone", { name: "first" })));
  graph.upsert(podNamed("two", ownedBy("gone", { name: "second", kind: claim })));
  graph.upsert(podNamed("three", ownedBy("gone", UNTRACKED)));
  assertEquals(facts(graph), ["one lacks Pod a/first", "two lacks Claim a/second"]);
  graph.upsert(podNamed("one", ownedBy("gone", { name: "renamed" })));
  assertEquals(facts(graph), ["one lacks Pod a/renamed", "two lacks Claim a/second"]);
  graph.upsert(podNamed("gone"));
  assertEquals(facts(graph), ["gone owns one", "gone owns three", "gone owns two"]);
  graph.upsert(podNamed("gone", { uid: "other" }));
  assertEquals(facts(graph), ["one lacks Pod a/renamed", "two lacks Claim a/second"]);
});

Deno.test("GraphReader.forEachReference() reports that a missing uid was replaced if its name exists", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("web", ownedBy("old", { name: "owner" })));
  graph.upsert(podNamed("db", ownedBy("old", { name: "nobody" })));
  graph.upsert(podNamed("owner", { uid: "old" }));
  graph.upsert(podNamed("owner", { uid: "new" }));
  assertEquals(facts(graph), ["db lacks Pod a/nobody", "web lacks Pod a/owner, replaced"]);
  graph.remove("new");
  assertEquals(facts(graph), ["db lacks Pod a/nobody", "web lacks Pod a/owner"]);
});

Deno.test("GraphReader.countProblems() leaves out references to kinds that are not tracked", async () => {
  const graph = new Graph(testKinds);
  for (const kind of testKinds) graph.setSynced(kind, true);
  graph.upsert(podNamed("web", ownedBy("gone", UNTRACKED)));
  graph.upsert(podNamed("db", ownedBy("gone")));
  const { read } = graph;
  assertEquals((await read.countProblems(() => false, new Slicer())).unresolved, 1);
  const problems = read.problems({}, () => false);
  assertEquals(problems.map(({ row }) => read.uid(row)), ["db"]);
});
