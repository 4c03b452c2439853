import { assertEquals } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import { record, testKinds } from "../../support/records.ts";

const [pod, , volume] = testKinds as [typeof testKinds[0], typeof testKinds[0], typeof testKinds[0]];

function uid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function put(graph: Graph, number: number, namespace: string, resourceVersion = "1"): void {
  graph.upsert(record({ kind: pod, uid: uid(number), name: `pod-${number}`, namespace, resourceVersion }));
}

Deno.test("Graph.stock() ticks resources off, and has only the rest of its scope", () => {
  const graph = new Graph(testKinds);
  for (const number of [1, 2, 3]) put(graph, number, number === 3 ? "b" : "a", String(number));
  graph.upsert(record({ kind: volume, uid: uid(4), name: "volume" }));
  const all = graph.stock({ kind: pod });
  const inA = graph.stock({ kind: pod, namespace: "a" });
  assertEquals([all.tick(uid(1)), all.tick(uid(9)), inA.tick(uid(2))], ["1", undefined, "2"]);
  assertEquals([all.rest().sort(), inA.rest()], [[uid(2), uid(3)], [uid(1)]]);
});

Deno.test("Graph.stock() gives the present resources, without those added since", () => {
  const graph = new Graph(testKinds);
  for (const number of [1, 2]) put(graph, number, "a");
  const stock = graph.stock({ kind: pod });
  put(graph, 1, "a", "7");
  graph.remove(uid(2));
  for (let number = 3; number < 100; number++) put(graph, number, "a");
  assertEquals([stock.tick(uid(1)), stock.tick(uid(2)), stock.tick(uid(99))], ["7", undefined, "1"]);
  // The new resource has the row of the removed one.
  assertEquals(stock.rest(), [uid(3)]);
});
