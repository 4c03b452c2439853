/** Kinds of a graph that come, change and go. */
import { assertEquals, assertThrows } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import { KindTable } from "../../src/graph/kind_table.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { customKind } from "../support/custom_kind.ts";
import { record, testKinds } from "../support/records.ts";

Deno.test("KindTable, a kind that comes back has its number again", () => {
  const table = new KindTable(testKinds);
  const widget = table.add(customKind("Widget"));
  table.remove(widget);
  assertEquals([table.has(widget), table.find(customKind("Widget"))], [false, undefined]);
  const gadget = table.add(customKind("Gadget"));
  assertEquals([widget, gadget], [testKinds.length, testKinds.length + 1]);
  assertEquals(table.add(customKind("Widget", { version: "v2" })), widget);
  assertEquals([table.has(widget), table.all[widget]?.version], [true, "v2"]);
});

Deno.test("KindTable, assigns numbers of kinds that have gone again only when there are many", () => {
  const table = new KindTable(testKinds);
  for (let i = 0; i < 1_000; i++) table.remove(table.add(customKind(`Gone${i}`)));
  const end = testKinds.length + 1_000;
  assertEquals(table.all.length, end);
  assertEquals(table.add(customKind("New")), testKinds.length);
  assertEquals([table.all.length, table.all[testKinds.length]?.kind], [end, "New"]);
});

Deno.test("KindTable, does not assign the number of a kind that has come back", () => {
  const table = new KindTable(testKinds);
  const widget = table.add(customKind("Widget"));
  table.remove(widget);
  table.add(customKind("Widget"));
  for (let i = 0; i < 1_000; i++) table.remove(table.add(customKind(`Gone${i}`)));
  table.add(customKind("New"));
  assertEquals(table.all[widget]?.kind, "Widget");
});

Deno.test("KindTable, forgets of a kind that goes that it is synced, and every version of it", () => {
  const table = new KindTable([]);
  const first = customKind("Widget");
  const number = table.add(first);
  table.setSynced(number, true);
  table.add(customKind("Widget", { version: "v2" }));
  assertEquals([table.find(first), table.isSynced(number)], [number, true]);
  table.remove(number);
  assertEquals(table.find(first), undefined);
  table.add(first);
  assertEquals(table.isSynced(number), false);
});

Deno.test("KindTable, refuses more kinds than its numbers can tell", () => {
  const table = new KindTable([]);
  for (let i = 0; i < 0xffff; i++) table.add(customKind(`Kind${i}`));
  assertThrows(() => table.add(customKind("OneMore")), RangeError);
  table.remove(7);
  assertEquals(table.add(customKind("OneMore")), 7);
});

Deno.test("Graph, tells more than 256 kinds apart", () => {
  const kinds = Array.from({ length: 700 }, (_, i) => customKind(`Kind${i}`));
  const graph = new Graph(testKinds);
  for (const kind of kinds) graph.addKind(kind);
  kinds.forEach((kind, i) => graph.upsert(record({ kind, uid: `uid-${i}`, namespace: "a", name: "same" })));
  assertEquals(graph.read.resourceCount, 700);
  for (const i of [0, 255, 256, 511, 512, 699]) {
    const rows = [...graph.read.select({ kindNames: [`Kind${i}.example.com`] })];
    assertEquals(rows.map((row) => graph.read.uid(row)), [`uid-${i}`]);
  }
  for (const kind of kinds.slice(0, 600)) graph.removeKind(kind);
  assertEquals([graph.read.resourceCount, graph.validate()], [100, []]);
});

Deno.test("Graph.addKind(), another version of a kind keeps its resources, and tells listeners", () => {
  const graph = new Graph(testKinds);
  const widget = customKind("Widget");
  graph.addKind(widget);
  graph.upsert(record({ kind: widget, uid: "uid-1", namespace: "a", name: "one" }));
  const { rv } = graph.read;
  const changed: number[] = [];
  graph.listen({ resourceChanged: (row) => changed.push(row), resourceLeaving() {}, relationChanged() {} });
  graph.addKind(customKind("Widget", { version: "v2" }));
  const row = graph.read.find("uid-1")!;
  assertEquals([graph.read.kind(row).version, changed, graph.read.rv > rv], ["v2", [row], true]);
});

Deno.test("Graph.removeKind(), returns the kinds that refer to it, and keeps references by uid", () => {
  const graph = new Graph(testKinds);
  const [pod, claim] = testKinds as [ResourceKind, ResourceKind];
  const widget = customKind("Widget");
  graph.addKind(widget);
  const owned = {
    type: "owns" as const,
    kind: widget,
    namespace: "a",
    name: "one",
    uid: "uid-1",
    reversed: true,
  };
  const named = { type: "mounts" as const, kind: widget, namespace: "a", name: "one" };
  graph.upsert(record({ kind: pod, uid: "uid-2", namespace: "a", name: "p", references: [owned] }));
  graph.upsert(record({ kind: claim, uid: "uid-3", namespace: "a", name: "c", references: [named] }));
  graph.upsert(record({ kind: widget, uid: "uid-1", namespace: "a", name: "one" }));
  assertEquals(graph.read.relationCount, 2);
  assertEquals([...graph.removeKind(widget)], [pod, claim]);
  assertEquals([graph.read.relationCount, graph.read.resourceCount, graph.validate()], [0, 2, []]);
  assertEquals([...graph.removeKind(widget)], []);

  // The reference by uid still finds its target. The one by name is declared again by the next list.
  graph.addKind(widget);
  graph.upsert(record({ kind: widget, uid: "uid-1", namespace: "a", name: "one" }));
  assertEquals([graph.read.relationCount, graph.validate()], [1, []]);
});

Deno.test("Graph.removeKind(), the graph does not have the kind, nor its numbers, any longer", () => {
  const graph = new Graph(testKinds);
  const widget = customKind("Widget");
  graph.addKind(widget);
  const number = graph.read.findKind(widget)!;
  assertEquals(graph.read.hasKind(number), true);
  graph.setSynced(widget, true);
  graph.removeKind(widget);
  assertEquals([graph.read.findKind(widget), graph.read.hasKind(number)], [undefined, false]);
  assertEquals(graph.read.isSynced(number), false);
});

Deno.test("Graph.mirrors, has no kind whose resources are only changed", () => {
  const graph = new Graph(testKinds);
  const widget = customKind("Widget");
  graph.addKind(widget);
  for (const message of ["one", "two"]) {
    graph.upsert(record({ kind: widget, uid: "uid-1", namespace: "a", name: "one", message }));
  }
  assertEquals(graph.mirrors, []);
});
