/** The notifications of listeners, and the calls that are allowed during them. */
import { assert, assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { GraphListener } from "../../src/graph/listener.ts";
import type { Reference } from "../../src/model/reference.ts";
import { readEverything } from "../support/reading_listener.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];
const UUIDS = [1, 2, 3].map((i) => `00000000-0000-4000-8000-00000000000${i}`) as [string, string, string];

function podNamed(name: string, given: Partial<Parameters<typeof record>[0]> = {}) {
  return record({ kind: pod!, namespace: "a", name, uid: `pod-${name}`, ...given });
}

/** Calls `hear` at every notification. */
function listenerOf(hear: () => void): GraphListener {
  return { resourceChanged: hear, resourceLeaving: hear, relationChanged: hear };
}

for (const [form, [first, second, third]] of [["UUIDs", UUIDS], ["texts", ["x", "y", "z"]]] as const) {
  Deno.test(`GraphListener, lookups in a listener do not change uids (${form})`, () => {
    const graph = new Graph(testKinds);
    const selector = [{ key: "app", operator: "Exists", values: [] }] as const;
    graph.upsert(podNamed("other", { uid: first }));
    graph.upsert(podNamed("selects", { selectors: [{ type: "selects", kind: pod!, selector }] }));
    graph.listen(listenerOf(() => void graph.read.find(first)));

    const labels = [["app", "web"]] as const;
    graph.upsert(podNamed("web", { uid: second, labels }));
    graph.upsert(podNamed("web", { uid: third, labels }));
    graph.upsert(podNamed("moved", { uid: third }));
    assertEquals(
      [first, second, third].map((uid) => {
        const row = graph.read.find(uid);
        return row === undefined ? undefined : graph.read.text.text(graph.read.name(row));
      }),
      ["other", undefined, "moved"],
    );
  });
}

Deno.test("GraphListener, rows are complete when listeners are notified", () => {
  const graph = new Graph(testKinds);
  const listener = readEverything(graph);
  graph.listen(listener);
  const mounts: Reference = { type: "mounts", kind: claim!, namespace: "a", name: "data" };
  const selector = [{ key: "app", operator: "In", values: ["web"] }] as const;
  const selectors = [{ type: "selects", kind: pod!, selector }] as const;
  graph.upsert(podNamed("selects", { selectors }));
  graph.upsert(podNamed("web", { labels: [["app", "web"]], references: [mounts] }));
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim" }));
  graph.upsert(podNamed("web", { labels: [["app", "db"]], references: [mounts] }));
  graph.remove("claim");
  graph.remove("pod-selects");
  assert(listener.heard > 0);
});

Deno.test("Graph.listen() notifies every listener until it is ended", () => {
  const graph = new Graph(testKinds);
  const heard = [0, 0];
  const endFirst = graph.listen(listenerOf(() => heard[0]!++));
  const endSecond = graph.listen(listenerOf(() => heard[1]!++));
  graph.upsert(podNamed("web"));
  assertEquals(heard, [1, 1]);
  endFirst();
  endFirst();
  graph.upsert(podNamed("db"));
  assertEquals(heard, [1, 2]);
  endSecond();
  graph.upsert(podNamed("cache"));
  assertEquals(heard, [1, 2]);
});

Deno.test("Graph.listen() may be ended during a notification", () => {
  const graph = new Graph(testKinds);
  let heard = 0;
  const end = graph.listen(listenerOf(() => end()));
  graph.listen(listenerOf(() => heard++));
  graph.upsert(podNamed("web"));
  graph.upsert(podNamed("db"));
  assertEquals(heard, 2);
});

Deno.test("GraphListener, the revision is already that of the write", () => {
  const graph = new Graph(testKinds);
  const heard = new Set<string>();
  graph.listen(listenerOf(() => heard.add(String(graph.read.revision))));
  const write = (change: () => unknown) => {
    heard.clear();
    change();
    assertEquals([...heard], [String(graph.read.revision)]);
  };
  write(() => graph.upsert(podNamed("web", { labels: [["app", "web"]] })));
  write(() => graph.upsert(podNamed("web", { labels: [["app", "db"]] })));
  write(() => graph.upsert(podNamed("web", { uid: "another" })));
  write(() => graph.remove("another"));
});
