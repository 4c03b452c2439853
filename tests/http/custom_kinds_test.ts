/** Answers about custom kinds, and through them. */
import { assertEquals } from "@std/assert";
import { apiVersionOf } from "../../src/model/resource_kind.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import { customKind } from "../support/custom_kind.ts";
import { Api, NOW } from "./api.ts";
import { type KubeObject, object } from "./objects.ts";

const cluster = customKind("Cluster", { group: "db.example.com" });
const otherCluster = customKind("Cluster", { group: "infra.example.org" });

function custom(
  kind: KindRule,
  name: string,
  { annotations = {}, ...more }: { annotations?: object; [field: string]: unknown } = {},
): KubeObject {
  const uid = `${kind.group}-${name}`;
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace: "n", uid, resourceVersion: "1", annotations },
    ...more,
  };
}

function ownedBy(owner: KubeObject, owned: KubeObject): KubeObject {
  const { apiVersion, kind, metadata: { name, uid } } = owner;
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true }];
  return { ...owned, metadata: { ...owned.metadata, ownerReferences } };
}

const release = {
  annotations: { "meta.helm.sh/release-name": "shop-db", "meta.helm.sh/release-namespace": "n" },
};
const account = object("ServiceAccount", "n/default");
const brokenPod = object("Pod", "n/main-1", {
  spec: { containers: [{ name: "db", image: "db:1" }] },
  status: {
    phase: "Pending",
    containerStatuses: [
      { name: "db", ready: false, restartCount: 0, state: { waiting: { reason: "ImagePullBackOff" } } },
    ],
  },
});

function makeApi(): Api {
  const main = custom(cluster, "main", release);
  const objects = [
    account,
    main,
    ownedBy(main, brokenPod),
    ...["a", "b", "c"].map((name) => custom(cluster, name)),
  ];
  const others = ["a", "b", "z"].map((name) => custom(otherCluster, name));
  return new Api([...objects, ...others], { customKinds: [cluster, otherCluster] });
}

Deno.test("Custom kinds, kind=Kind means those of all groups, kind=Kind.group those of one", async () => {
  const api = makeApi();
  const count = async (kind: string) => (await api.get(`/api/v1/resources?kind=${kind}`)).length;
  assertEquals(await count("Cluster"), 7);
  assertEquals(await count("Cluster.db.example.com"), 4);
  assertEquals(await count("Cluster.infra.example.org"), 3);
  assertEquals((await api.failure("/api/v1/resources?kind=Cluster.example.com"))[0], 400);
});

Deno.test("Custom kinds, pages of kinds with one name have every resource once", async () => {
  const api = makeApi();
  for (const limit of [1, 2, 3, 5]) {
    const seen: string[] = [];
    let path: string | undefined = `/api/v1/resources?kind=Cluster&limit=${limit}`;
    while (path !== undefined) {
      const response = await api.request(path);
      for (const { apiVersion, name } of await response.json()) seen.push(`${apiVersion} ${name}`);
      path = /<(.*)>/.exec(response.headers.get("link") ?? "")?.[1];
    }
    assertEquals(seen, [
      "db.example.com/v1 a",
      "db.example.com/v1 b",
      "db.example.com/v1 c",
      "db.example.com/v1 main",
      "infra.example.org/v1 a",
      "infra.example.org/v1 b",
      "infra.example.org/v1 z",
    ]);
  }
});

Deno.test("Custom kinds, are named by OpenAPI and accepted while they exist", async () => {
  const api = makeApi();
  const names = async (): Promise<string[]> => {
    const { paths } = await api.get("/openapi.json");
    const { parameters } = paths["/api/v1/graph"].get;
    return parameters.find(({ name }: { name: string }) => name === "kind").schema.items.enum;
  };
  assertEquals((await names()).filter((name) => name.startsWith("Cluster.")), [
    "Cluster.db.example.com",
    "Cluster.infra.example.org",
  ]);
  api.removeKind(cluster);
  assertEquals((await names()).filter((name) => name.startsWith("Cluster.")), ["Cluster.infra.example.org"]);
  assertEquals((await api.failure("/api/v1/resources?kind=Cluster.db.example.com"))[0], 400);
});

Deno.test("Custom kinds, a release whose own resource is a custom one has what it owns", async () => {
  const api = makeApi();
  assertEquals(await api.names("/api/v1/graph?release=shop-db"), ["default", "main", "main-1"]);
  const [detail] = await api.get("/api/v1/releases?detail=true");
  assertEquals([detail.name, detail.status, detail.counts.pods, detail.counts.errors], [
    "shop-db",
    "Error",
    1,
    1,
  ]);
});

Deno.test("Custom kinds, an error of what a custom resource owns is a cause named after it", async () => {
  const causes = await makeApi().get("/api/v1/causes");
  assertEquals(causes.map((it: { cause: object }) => it.cause), [
    { uid: "db.example.com-main", kind: "Cluster", namespace: "n", name: "main", missing: false },
  ]);
  assertEquals(causes[0].releases, [{ namespace: "n", name: "shop-db" }]);
});

Deno.test("Custom kinds, what a custom resource owns goes with it", async () => {
  const { nodes } = await makeApi().get("/api/v1/resources/db.example.com-main/impact");
  assertEquals(nodes.map((it: { name: string; effect: string }) => `${it.name} ${it.effect}`), [
    "main-1 removed",
  ]);
});

Deno.test("Custom kinds, the resources of a kind go with its definition", async () => {
  const api = makeApi();
  api.put(object("CustomResourceDefinition", "clusters.db.example.com"));
  const uid = "customresourcedefinition-clusters.db.example.com";
  const { nodes, summary } = await api.get(`/api/v1/resources/${uid}/impact`);
  const removed = nodes.map((it: { name: string; effect: string }) => `${it.name} ${it.effect}`).sort();
  assertEquals(removed, ["a removed", "b removed", "c removed", "main removed", "main-1 removed"]);
  assertEquals(summary.pods, 1);
});

Deno.test("Custom kinds, owners that own one another end no answer", async () => {
  const [one, two] = [custom(cluster, "one", release), custom(cluster, "two")];
  const api = new Api([ownedBy(two, one), ownedBy(one, two)], { customKinds: [cluster] });
  assertEquals(await api.names("/api/v1/graph?release=shop-db"), ["one", "two"]);
  const { nodes } = await api.get("/api/v1/resources/db.example.com-one/impact");
  assertEquals(nodes.map(({ name }: { name: string }) => name), ["two"]);
  assertEquals(await api.get("/api/v1/causes"), []);
  assertEquals((await api.get("/api/v1/bands")).length, 1);
  assertEquals(api.graph.validate(), []);
});

Deno.test("Custom kinds, a Pod may be owned by two resources", async () => {
  const [one, two] = [custom(cluster, "one"), custom(otherCluster, "two")];
  const { metadata, ...pod } = ownedBy(one, brokenPod);
  const other = ownedBy(two, brokenPod).metadata.ownerReferences as { controller: boolean }[];
  const owners = [...metadata.ownerReferences as object[], { ...other[0], controller: false }];
  const both = { ...pod, metadata: { ...metadata, ownerReferences: owners } };
  const api = new Api([account, one, two, both], { customKinds: [cluster, otherCluster] });
  const { edges } = await api.get("/api/v1/graph");
  assertEquals(edges.map(({ type }: { type: string }) => type).sort(), ["owns", "owns", "uses-sa"]);
  // It stays as long as it has one owner.
  const { nodes } = await api.get("/api/v1/resources/db.example.com-one/impact");
  assertEquals(nodes.filter(({ effect }: { effect: string }) => effect === "removed"), []);
  assertEquals((await api.get("/api/v1/causes")).length, 1);
});

Deno.test("Custom kinds, one object that is served under two groups is one resource", async () => {
  const mirror = { ...otherCluster, aggregated: true };
  const own = custom(cluster, "main");
  const mirrored = { ...custom(mirror, "main"), metadata: own.metadata };
  for (const objects of [[own, mirrored], [mirrored, own], [mirrored, own, mirrored, own]]) {
    const api = new Api(objects, { customKinds: [cluster, mirror] });
    const resources = await api.get("/api/v1/resources?kind=Cluster");
    assertEquals(resources.map(({ apiVersion }: { apiVersion: string }) => apiVersion), [
      "db.example.com/v1",
    ]);
    assertEquals([api.graph.mirrors, api.graph.validate()], [[mirror], []]);
  }
});

Deno.test("Custom kinds, a stream shows a kind that appears, and its end", async () => {
  const api = new Api([]);
  const response = await api.request("/api/v1/watch");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const ops = async () => {
    for (;;) {
      const pending = reader.read();
      api.clock.advance(300);
      const { value = "" } = await pending;
      const lines = value.split("\n").filter((line) => line !== "");
      const found = lines.flatMap((line) => JSON.parse(line).deltas as { op: string; uid?: string }[]);
      if (found.length > 0) return found.map(({ op }) => op);
    }
  };
  assertEquals(await ops(), ["scope_changed"]);
  api.addKind(cluster);
  api.put(custom(cluster, "main"));
  assertEquals(await ops(), ["upsert_node"]);
  api.removeKind(cluster);
  assertEquals(await ops(), ["remove_node"]);
  await reader.cancel();
});

Deno.test("Custom kinds, a view of a kind's name follows a kind of that name that appears later", () => {
  const api = new Api([], { customKinds: [cluster] });
  const view = api.views.join("test", { kindNames: ["Cluster"] });
  api.addKind(otherCluster);
  api.put(custom(otherCluster, "late"));
  api.clock.advance(300);
  assertEquals(view.size, 1);
  api.views.leave("test");
});

Deno.test("GET /api/v1/kinds, has custom kinds with the count of those that are too many", async () => {
  const kindStatuses = () => [
    { kind: cluster, state: "synced" as const, lastEvent: NOW },
    { kind: otherCluster, state: "too-many" as const, lastEvent: NOW, objects: 45_123 },
  ];
  const answer = await new Api([custom(cluster, "a")], { customKinds: [cluster, otherCluster], kindStatuses })
    .get("/api/v1/kinds");
  assertEquals(
    answer.map((it: Record<string, unknown>) => [it.kind, it.group, it.custom, it.state, it.count]),
    [
      ["Cluster", "db.example.com", true, "synced", 1],
      ["Cluster", "infra.example.org", true, "too-many", 45_123],
    ],
  );
});
