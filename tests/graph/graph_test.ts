import { assert, assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { Filter } from "../../src/graph/queries/select.ts";
import type { Reference } from "../../src/model/reference.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, claim, volume] = testKinds as [typeof testKinds[0], typeof testKinds[0], typeof testKinds[0]];
const helm = (namespace: string, name: string) => ({ release: { namespace, name } });

function podNamed(name: string, given: Partial<Parameters<typeof record>[0]> = {}) {
  return record({ kind: pod!, namespace: "a", name, uid: `pod-${name}`, ...given });
}

function mounts(name: string, given: Partial<Reference> = {}): Reference {
  return { type: "mounts", kind: claim!, namespace: "a", name, ...given };
}

function ownedBy(uid: string): Reference {
  return { type: "owns", kind: pod!, namespace: "a", name: uid, uid, reversed: true };
}

function relations({ read }: Graph): string[] {
  const found: string[] = [];
  for (const row of read.select({ inactive: true })) {
    read.forEachRelation(row, (type, from, to) => {
      found.push(`${read.uid(from)} ${RELATION_TYPES[type]} ${read.uid(to)}`);
    });
  }
  return found.sort();
}

function uids({ read }: Graph, filter: Filter): string[] {
  return Array.from(read.select(filter), (row) => read.uid(row)).sort();
}

function problems(graph: Graph, isLimited = false): string[] {
  const { read } = graph;
  return read.problems({ inactive: true }, () => isLimited)
    .map(({ type, row }) => `${type} ${read.uid(row)}`).sort();
}

function synced(): Graph {
  const graph = new Graph(testKinds, () => 1_700_000_000_000);
  for (const kind of testKinds) graph.setSynced(kind, true);
  return graph;
}

Deno.test("Graph.upsert() makes a relation the moment the target of a reference appears", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("web", { references: [mounts("data")] }));
  assertEquals(relations(graph), []);
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim" }));
  assertEquals(relations(graph), ["pod-web mounts claim"]);
});

Deno.test("Graph.remove() of a target leaves its references waiting for the next of its name", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("web", { references: [mounts("data")] }));
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "first" }));
  graph.remove("first");
  assertEquals(relations(graph), []);
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "second" }));
  assertEquals(relations(graph), ["pod-web mounts second"]);
});

Deno.test("Graph.upsert() of a key with a new uid removes the resource that had it", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("web", { uid: "old" }));
  graph.upsert(podNamed("child", { references: [ownedBy("old")] }));
  graph.upsert(podNamed("web", { uid: "new" }));
  assertEquals(uids(graph, {}), ["new", "pod-child"]);
  assertEquals(relations(graph), []);
});

Deno.test("Graph.upsert() counts a relation once that both of its ends declare", () => {
  const graph = new Graph(testKinds);
  graph.upsert(record({
    kind: claim!,
    namespace: "a",
    name: "data",
    uid: "claim",
    references: [{ type: "binds", kind: volume!, namespace: "", name: "disk" }],
  }));
  const disk = record({ kind: volume!, name: "disk", uid: "volume" });
  const claimRef: Reference = {
    type: "binds",
    kind: claim!,
    namespace: "a",
    name: "data",
    uid: "claim",
    reversed: true,
  };
  graph.upsert({ ...disk, references: [claimRef] });
  assertEquals(relations(graph), ["claim binds volume"]);
  assertEquals(graph.read.relationCount, 1);
  graph.upsert(disk);
  assertEquals(relations(graph), ["claim binds volume"]);
  assertEquals(graph.read.relationCount, 1);
});

Deno.test("Graph.upsert() of an equal record changes nothing that a reader sees", () => {
  const graph = new Graph(testKinds);
  const web = podNamed("web", {
    labels: [["app", "web"]],
    references: [mounts("data")],
    selectors: [{ type: "selects", kind: pod!, selector: [{ key: "app", operator: "In", values: ["web"] }] }],
    detail: { image: "nginx", restartCount: 3 },
  });
  assert(graph.upsert(web));
  const { revision } = graph.read;
  assertEquals(graph.upsert({ ...web, resourceVersion: "2" }), false);
  assertEquals(graph.read.revision, revision);
});

Deno.test("Graph.upsert() notices changes of a reference other than its target", () => {
  const graph = new Graph(testKinds);
  const owner = ownedBy("pod-top");
  const forms: Partial<Reference>[] = [{}, { controller: true }, { optional: true }];
  for (const form of forms) assert(graph.upsert(podNamed("web", { references: [{ ...owner, ...form }] })));
  for (const via of [0, 1, 3]) {
    const references = [mounts("data", { via })];
    assert(graph.upsert(podNamed("web", { references })));
    assertEquals(graph.upsert(podNamed("web", { references })), false);
    graph.read.forEachReference(graph.read.find("pod-web")!, (it) => assertEquals(it.via, via));
  }
});

Deno.test("Graph.upsert() increases the revision by one for any number of changes", () => {
  const graph = new Graph(testKinds);
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim" }));
  const { revision } = graph.read;
  graph.upsert(podNamed("web", { labels: [["app", "web"]], references: [mounts("data"), mounts("more")] }));
  assertEquals(graph.read.revision, revision + 1);
});

Deno.test("Graph.forget() removes restored resources, except those upserted since", () => {
  const graph = new Graph(testKinds);
  for (const name of ["one", "two"]) graph.restore(podNamed(name));
  graph.upsert(podNamed("three"));
  graph.upsert(podNamed("two"));
  assertEquals(["one", "two", "three", "four"].map((name) => graph.forget(`pod-${name}`)), [
    true,
    false,
    false,
    false,
  ]);
  assertEquals(uids(graph, {}), ["pod-three", "pod-two"]);
});

Deno.test("Graph, uids that only look like UUIDs are told apart, case included", () => {
  const graph = new Graph(testKinds);
  const alike = ["0000000g-0000-4000-8000-000000000000", "0000000f-0000-4000-8000-000000000000"];
  alike.push("0000000F-0000-4000-8000-000000000000", "0000000h-0000-4000-8000-000000000000");
  alike.push("0000000f00000-4000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffff00000001");
  alike.forEach((uid, i) => graph.upsert(podNamed(`pod-${i}`, { uid })));
  assertEquals(uids(graph, {}), alike.toSorted());
  assertEquals(graph.validate(), []);
  for (const uid of alike) assert(graph.remove(uid), uid);
});

Deno.test("Graph takes no more memory as resources come and go", () => {
  const graph = new Graph(testKinds);
  const churn = (rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      const name = `web-${i % 1000}`;
      graph.upsert(podNamed(name, { labels: [["app", name]], references: [mounts(name), mounts("data")] }));
      graph.remove(`pod-web-${(i + 900) % 1000}`);
    }
  };
  churn(3_000);
  const { bytes } = graph.read;
  churn(10_000);
  assertEquals(graph.read.bytes, bytes);
});

Deno.test("Graph.endReplace() removes the resources that the list no longer has", () => {
  const graph = new Graph(testKinds);
  for (const name of ["one", "two"]) graph.upsert(podNamed(name));
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim" }));
  graph.beginReplace({ kind: pod! });
  graph.upsert(podNamed("two"));
  assertEquals(graph.endReplace({ kind: pod! }), 1);
  assertEquals(uids(graph, {}), ["claim", "pod-two"]);
});

Deno.test("Graph.endReplace() of a namespace leaves the other namespaces alone", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("one"));
  graph.upsert(podNamed("two", { namespace: "b" }));
  graph.beginReplace({ kind: pod!, namespace: "a" });
  graph.endReplace({ kind: pod!, namespace: "a" });
  assertEquals(uids(graph, {}), ["pod-two"]);
});

Deno.test("Graph.beginReplace() of a list that never ends removes nothing", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("one"));
  graph.beginReplace({ kind: pod! });
  graph.upsert(podNamed("two"));
  graph.beginReplace({ kind: pod! });
  assertEquals(uids(graph, {}), ["pod-one", "pod-two"]);
});

Deno.test("GraphReader.release() is the release of the nearest owner if a resource has none", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("top", helm("a", "shop")));
  graph.upsert(podNamed("middle", { references: [ownedBy("pod-top")] }));
  graph.upsert(podNamed("leaf", { references: [ownedBy("pod-middle")] }));
  const { read } = graph;
  assertEquals(read.text.text(read.releaseName(read.release(read.find("pod-leaf")!)!)), "shop");
});

Deno.test("GraphReader.release() ends where owners own one another", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("one", { references: [ownedBy("pod-two")] }));
  graph.upsert(podNamed("two", { references: [ownedBy("pod-one")] }));
  assertEquals(graph.read.release(graph.read.find("pod-one")!), undefined);
});

Deno.test("GraphReader.select() of a release selects the resources that it owns and touches, and no others", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("shop", { ...helm("a", "shop"), references: [mounts("shared")] }));
  graph.upsert(podNamed("shop-1", { references: [ownedBy("pod-shop")] }));
  graph.upsert(
    podNamed("blog", { ...helm("a", "blog"), references: [mounts("shared"), ownedBy("pod-shop")] }),
  );
  graph.upsert(record({ kind: claim!, namespace: "a", name: "shared", uid: "shared" }));
  graph.upsert(podNamed("stranger", { references: [mounts("shared")] }));
  assertEquals(uids(graph, { release: { name: "shop" } }), ["pod-shop", "pod-shop-1", "shared"]);
  assertEquals(uids(graph, { release: { namespace: "b", name: "shop" } }), []);
});

Deno.test("GraphReader.select() of a release selects the resources whose selectors match its own", () => {
  const graph = new Graph(testKinds);
  graph.upsert(podNamed("shop", { ...helm("a", "shop"), labels: [["app", "shop"]] }));
  graph.upsert(podNamed("budget", {
    selectors: [{ type: "selects", kind: pod!, selector: [{ key: "app", operator: "Exists", values: [] }] }],
  }));
  assertEquals(uids(graph, { release: { name: "shop" } }), ["pod-budget", "pod-shop"]);
});

Deno.test("GraphReader.select() follows an attached resource along the relations that its kind attaches", () => {
  const kinds = testKinds.map((kind) => kind === claim ? { ...kind, attaches: ["binds"] as const } : kind);
  const graph = new Graph(kinds);
  graph.upsert(podNamed("shop", { ...helm("a", "shop"), references: [mounts("data")] }));
  graph.upsert(record({
    kind: claim!,
    namespace: "a",
    name: "data",
    uid: "claim",
    references: [{ type: "binds", kind: volume!, namespace: "", name: "disk" }],
  }));
  graph.upsert(record({ kind: volume!, name: "disk", uid: "volume" }));
  assertEquals(uids(graph, { release: { name: "shop" } }), ["claim", "pod-shop", "volume"]);
});

Deno.test("GraphReader.select() leaves out resources whose kind stays outside of releases", () => {
  const kinds = testKinds.map((kind) => kind === claim ? { ...kind, outsideReleases: "sh.helm." } : kind);
  const graph = new Graph(kinds);
  graph.upsert(
    record({
      kind: claim!,
      namespace: "a",
      name: "sh.helm.1",
      uid: "stored",
      idle: true,
      ...helm("a", "shop"),
    }),
  );
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim", ...helm("a", "shop") }));
  assertEquals(uids(graph, { release: { name: "shop" }, inactive: true }), ["claim"]);
});

Deno.test("GraphReader.select() of a namespace selects the cluster-scoped resources that it touches", () => {
  const kinds = [...testKinds, { ...volume!, kind: "Namespace", plural: "namespaces", isNamespace: true }];
  const graph = new Graph(kinds);
  graph.upsert(record({
    kind: claim!,
    namespace: "a",
    name: "data",
    uid: "claim",
    references: [{ type: "binds", kind: volume!, namespace: "", name: "disk" }],
  }));
  graph.upsert(record({ kind: volume!, name: "disk", uid: "volume" }));
  graph.upsert(record({ kind: volume!, name: "other", uid: "other" }));
  graph.upsert(record({ kind: kinds[3]!, name: "a", uid: "namespace-a" }));
  graph.upsert(record({ kind: kinds[3]!, name: "b", uid: "namespace-b" }));
  assertEquals(uids(graph, { namespaces: ["a"] }), ["claim", "namespace-a", "volume"]);
  assertEquals(uids(graph, { namespaces: ["a"], kinds: [2] }), ["volume"]);
  assertEquals(uids(graph, { namespaces: ["nowhere"] }), []);
});

Deno.test("GraphReader.select() selects the resources that match all filters", () => {
  const graph = new Graph(testKinds);
  const labels = [["app", "web"], ["helm.sh/chart", "web-1"]] as const;
  graph.upsert(podNamed("web-1", { labels, status: "Error" }));
  graph.upsert(podNamed("web-2", { labels }));
  graph.upsert(podNamed("web-3", { labels: [["app", "web"]], idle: true }));
  graph.upsert(podNamed("db", { namespace: "b", labels: [["app", "db"]] }));
  assertEquals(uids(graph, { chart: "web-1" }), ["pod-web-1", "pod-web-2"]);
  assertEquals(uids(graph, { chart: "web-1", status: "Error" }), ["pod-web-1"]);
  assertEquals(uids(graph, { nameContains: "web" }), ["pod-web-1", "pod-web-2"]);
  assertEquals(uids(graph, { nameContains: "web", inactive: true }), ["pod-web-1", "pod-web-2", "pod-web-3"]);
  assertEquals(uids(graph, { namespaces: ["a", "b"], kinds: [0] }), ["pod-db", "pod-web-1", "pod-web-2"]);
  assertEquals(uids(graph, { labelSelector: [{ key: "app", operator: "NotIn", values: ["web"] }] }), [
    "pod-db",
  ]);
  assertEquals(uids(graph, { labelSelector: [{ key: "app", operator: "In", values: ["web", "db"] }] }), [
    "pod-db",
    "pod-web-1",
    "pod-web-2",
  ]);
  assertEquals(uids(graph, { labelSelector: [{ key: "tier", operator: "Gt", values: ["1"] }] }), []);
  assertEquals(uids(graph, { labelSelector: [{ key: "never", operator: "In", values: ["seen"] }] }), []);
});

Deno.test("GraphReader.problems() names missing targets once their kind is synced", () => {
  const graph = synced();
  graph.upsert(podNamed("web", { references: [mounts("data"), mounts("maybe", { optional: true })] }));
  graph.upsert(podNamed("done", { references: [mounts("data")], finished: true }));
  graph.upsert(podNamed("idle", { references: [mounts("data")], idle: true }));
  assertEquals(problems(graph), ["unresolved-reference pod-web"]);
  assertEquals(problems(graph, true), []);
  graph.setSynced(claim!, false);
  assertEquals(problems(graph), []);
});

Deno.test("GraphReader.problems() names selectors that should select something and do not", () => {
  const graph = synced();
  const selector = [{ key: "app", operator: "In", values: ["web"] }] as const;
  graph.upsert(
    podNamed("service", { selectors: [{ type: "selects", kind: pod!, selector, required: true }] }),
  );
  graph.upsert(podNamed("budget", { selectors: [{ type: "selects", kind: pod!, selector }] }));
  assertEquals(problems(graph), ["service-selects-nothing pod-service"]);
  graph.upsert(podNamed("web", { labels: [["app", "web"]] }));
  assertEquals(problems(graph), []);
});

Deno.test("GraphReader.problems() names claims that nothing mounts, and errors", () => {
  const kinds = testKinds.map((kind) =>
    kind === claim ? { ...kind, unusedWithout: "mounts" as const } : kind
  );
  const graph = new Graph(kinds);
  for (const kind of kinds) graph.setSynced(kind, true);
  graph.upsert(record({ kind: claim!, namespace: "a", name: "data", uid: "claim", status: "Error" }));
  assertEquals(problems(graph), ["error-status claim", "unused-claim claim"]);
  graph.upsert(podNamed("web", { references: [mounts("data")] }));
  assertEquals(problems(graph), ["error-status claim"]);
});

Deno.test("GraphReader.relationTypes() lists every type between two resources, each once, in order", () => {
  const graph = new Graph(testKinds);
  const all = RELATION_TYPES.map((type) => mounts("data", { type }));
  const selector = [{ key: "app", operator: "Exists", values: [] }] as const;
  graph.upsert(podNamed("web", {
    references: all.toReversed(),
    selectors: [{ type: "selects", kind: claim!, selector }],
  }));
  graph.upsert(
    record({ kind: claim!, namespace: "a", name: "data", uid: "claim", labels: [["app", "web"]] }),
  );
  const { read } = graph;
  const [from, to] = ["pod-web", "claim"].map((uid) => read.find(uid)!) as [number, number];
  assertEquals(read.relationTypes(from, to).map((type) => RELATION_TYPES[type]!), [...RELATION_TYPES]);
  assertEquals(read.relationTypes(to, from), []);
});

Deno.test("GraphReader.select() of a release does not follow widely shared resources", () => {
  const graph = new Graph(testKinds);
  const runsOn = { type: "runs-on", kind: volume!, namespace: "", name: "node" } as const;
  graph.upsert(podNamed("shop", { ...helm("a", "shop"), references: [runsOn] }));
  graph.upsert(record({ kind: volume!, name: "node", uid: "node" }));
  assertEquals(uids(graph, { release: { name: "shop" } }), ["pod-shop"]);
  assertEquals(uids(graph, { namespaces: ["a"] }), ["pod-shop"]);
});

Deno.test("Graph.setSynced() increases the revision, since readers see stale kinds", () => {
  const graph = new Graph(testKinds);
  const { revision } = graph.read;
  graph.setSynced(pod!, true);
  graph.setSynced(pod!, true);
  assertEquals(graph.read.revision, revision + 1);
});
