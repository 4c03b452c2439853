/** Claims that a controller makes for a StatefulSet or a Pod, from objects to relations. */
import { assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";

// deno-lint-ignore no-explicit-any -- objects are whatever a test writes
type Fields = any;

function graphOf(...objects: Fields[]): Graph {
  const graph = new Graph(kinds);
  for (const object of objects) put(graph, object);
  return graph;
}

function put(graph: Graph, { group = "", kind, namespace = "shop", name, ...rest }: Fields): void {
  const metadata = { namespace, name, uid: rest.uid ?? `${kind} ${name}`, ...rest.metadata };
  graph.upsert(makeRecord(findKind(group, kind)!, { metadata, spec: rest.spec ?? {} }));
}

/** Relations of type `mounts`, by uid, sorted. */
function mounts({ read }: Graph): string[] {
  const found: string[] = [];
  for (const row of read.select({ inactive: true })) {
    read.forEachRelation(row, (type, from, to) => {
      if (RELATION_TYPES[type] === "mounts") found.push(`${read.uid(from)} > ${read.uid(to)}`);
    });
  }
  return found.sort();
}

const set = (name: string, ...templates: string[]) => ({
  group: "apps",
  kind: "StatefulSet",
  name,
  spec: { volumeClaimTemplates: templates.map((name) => ({ metadata: { name } })), replicas: 0 },
});
const claim = (name: string, ...owners: Fields[]) => ({
  kind: "PersistentVolumeClaim",
  name,
  metadata: { ownerReferences: owners },
});
const pod = (name: string, uid: string, ...volumes: string[]) => ({
  kind: "Pod",
  name,
  uid,
  spec: { volumes: volumes.map((name) => ({ name, ephemeral: {} })) },
});
const ownedBy = (name: string, uid: string) => ({ apiVersion: "v1", kind: "Pod", name, uid });

const CLAIMS: readonly [name: string, mounted: boolean][] = [
  ["data-web-0", true],
  ["data-web-17", true],
  ["data-web-4294967296", true],
  ["logs-web-0", true],
  ["data-web-01", false],
  ["data-web", false],
  ["data-web-", false],
  ["data-web-x", false],
  ["data-web-0-0", false],
  ["my-data-web-0", false],
  ["data-webs-0", false],
  ["other-web-0", false],
];

for (const [name, mounted] of CLAIMS) {
  Deno.test(`StatefulSet, ${mounted ? "mounts" : "does not mount"} ${name}, whichever comes first`, () => {
    const expected = mounted ? [`StatefulSet web > PersistentVolumeClaim ${name}`] : [];
    assertEquals(mounts(graphOf(set("web", "data", "logs"), claim(name))), expected);
    assertEquals(mounts(graphOf(claim(name), set("web", "data", "logs"))), expected);
  });
}

Deno.test("StatefulSet, a claim whose name two sets may have made is mounted by both", () => {
  assertEquals(mounts(graphOf(set("web", "data-my"), set("my-web", "data"), claim("data-my-web-0"))), [
    "StatefulSet my-web > PersistentVolumeClaim data-my-web-0",
    "StatefulSet web > PersistentVolumeClaim data-my-web-0",
  ]);
});

Deno.test("StatefulSet, mounts no claim of another namespace", () => {
  assertEquals(mounts(graphOf(set("web", "data"), { ...claim("data-web-0"), namespace: "other" })), []);
});

Deno.test("StatefulSet, a claim that goes or a template that changes takes the relation away", () => {
  const graph = graphOf(set("web", "data"), claim("data-web-0"), claim("data-web-1"));
  graph.remove("PersistentVolumeClaim data-web-0");
  assertEquals(mounts(graph), ["StatefulSet web > PersistentVolumeClaim data-web-1"]);
  put(graph, set("web", "other"));
  assertEquals(mounts(graph), []);
});

Deno.test("Pod, mounts the claim of an ephemeral volume that it owns, not one that has the name alone", () => {
  const web = pod("web", "u-1", "scratch");
  const name = "web-scratch";
  const mounted = (...owners: Fields[]) => mounts(graphOf(web, claim(name, ...owners)));
  assertEquals(mounted(ownedBy("web", "u-1")), ["u-1 > PersistentVolumeClaim web-scratch"]);
  assertEquals(mounted(ownedBy("other", "u-1")), ["u-1 > PersistentVolumeClaim web-scratch"]);
  assertEquals(mounted(ownedBy("other", "u-2"), ownedBy("web", "u-1")).length, 1);
  assertEquals(mounted(), []);
  assertEquals(mounted(ownedBy("web", "u-0")), []);
});

Deno.test("Pod, mounts no claim that it owns for another reason", () => {
  const claims = [claim("web-scratch", ownedBy("web", "u-1")), claim("backup", ownedBy("web", "u-1"))];
  assertEquals(mounts(graphOf(pod("web", "u-1"), ...claims)), []);
  assertEquals(mounts(graphOf(pod("web", "u-1", "cache"), ...claims)), []);
});

Deno.test("PersistentVolumeClaim, no reader sees the marks among its labels", () => {
  const graph = graphOf(
    {
      ...claim("data-web-0"),
      metadata: { labels: { app: "web" }, ownerReferences: [ownedBy("web", "u-1")] },
    },
  );
  const row = graph.read.find("PersistentVolumeClaim data-web-0")!;
  const labels = graph.read.labelSet(row);
  assertEquals([graph.read.labelCount(labels), graph.read.text.text(graph.read.labelKey(labels, 0))], [
    1,
    "app",
  ]);
});

Deno.test("PersistentVolumeClaim, is unused from when its StatefulSet lets go of it", () => {
  let now = 1_000_000;
  const graph = new Graph(kinds, () => now);
  for (const kind of kinds) graph.setSynced(kind, true);
  put(graph, set("web", "data"));
  put(graph, claim("data-web-0"));
  const unused = () =>
    graph.read.problems({}, () => false)
      .filter(({ type }) => type === "unused-claim").map(({ since }) => since);
  assertEquals(unused(), []);
  now = 2_000_000;
  graph.remove("StatefulSet web");
  assertEquals(unused(), [2_000]);
});
