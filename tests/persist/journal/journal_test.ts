import { assert, assertEquals } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import { Journal } from "../../../src/persist/journal/journal.ts";
import { record, testKinds } from "../../support/records.ts";

const [pod, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function start() {
  const graph = new Graph(testKinds);
  const journal = new Journal(graph.read, () => {});
  graph.listen(journal);
  const put = (number: number, more = {}) =>
    graph.upsert(record({ kind: pod, uid: uid(number), namespace: "a", name: `web-${number}`, ...more }));
  return { graph, journal, put };
}

Deno.test("Journal, holds a key once, however often it changes", () => {
  const { journal, put } = start();
  for (const message of ["one", "two", "three"]) put(1, { message });
  assertEquals(journal.size, 1);
});

Deno.test("Journal, ignores writes that change nothing", () => {
  const { journal, put } = start();
  put(1);
  journal.written(journal.take(10));
  put(1, { resourceVersion: "2" });
  assertEquals(journal.size, 0);
});

Deno.test("Journal.take(), takes at most the requested number of keys", () => {
  const { journal, put } = start();
  for (let i = 0; i < 10; i++) put(i);
  assertEquals([journal.take(4).nodes.length / 4, journal.size], [4, 6]);
});

Deno.test("Journal.putBack(), makes taken keys dirty again", () => {
  const { journal, put } = start();
  for (let i = 0; i < 10; i++) put(i);
  const taken = journal.take(4);
  put(3, { message: "changed meanwhile" });
  journal.putBack(taken);
  assertEquals(journal.size, 10);
});

Deno.test("Journal, knows a uid that is not a UUID after its resource was removed", () => {
  const { graph, journal } = start();
  graph.upsert(record({ kind: pod, uid: "odd", namespace: "a", name: "web" }));
  journal.written(journal.take(10));
  graph.remove("odd");
  for (let i = 0; i < 20; i++) {
    graph.upsert(record({ kind: pod, uid: `new-${i}`, namespace: "a", name: `web-${i}` }));
  }
  const { nodes } = journal.take(100);
  const uids = Array.from({ length: nodes.length / 4 }, (_, i) => journal.uids.text(nodes, i * 4));
  assert(uids.includes("odd"));
});

Deno.test("Journal, an edge is dirty when its relation begins and when it ends", () => {
  const { graph, journal, put } = start();
  put(1, { references: [{ type: "mounts", kind: claim, namespace: "a", name: "data" }] });
  graph.upsert(record({ kind: claim, uid: uid(2), namespace: "a", name: "data" }));
  assertEquals(journal.take(100).edges.length / 8, 1);
  graph.remove(uid(2));
  assertEquals(journal.take(100).edges.length / 8, 1);
});

Deno.test("Journal, drops everything rather than outgrow the graph", () => {
  const { graph, journal, put } = start();
  let most = 0;
  for (let i = 0; i < 30_000; i++) {
    put(i);
    graph.remove(uid(i));
    most = Math.max(most, journal.size);
  }
  assert(most < 60_000, `it held ${most} keys of an empty graph`);
  assertEquals([journal.takeForgotten(), journal.takeForgotten()], [true, false]);
});

Deno.test("Journal, frees its memory when nothing is dirty", () => {
  const { journal, put } = start();
  const before = journal.bytes;
  for (let i = 0; i < 5_000; i++) put(i);
  assert(journal.bytes > before);
  journal.written(journal.take(5_000));
  assertEquals(journal.bytes, before);
});

Deno.test("Journal, knows the uids of taken keys while others are written", () => {
  const { graph, journal } = start();
  const put = (odd: string) => {
    graph.upsert(record({ kind: pod, uid: odd, namespace: "a", name: odd }));
    return journal.take(10);
  };
  const lent = put("first");
  journal.written(put("second"));
  const later = put("third");
  assertEquals([lent, later].map(({ nodes }) => journal.uids.text(nodes, 0)), ["first", "third"]);
});
