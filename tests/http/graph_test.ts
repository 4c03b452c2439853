import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

Deno.test("GET /api/v1/graph, a node in full", async () => {
  const { nodes: [node] } = await new Api(smallCluster()).get("/api/v1/graph?q=web-2-a");
  assertEquals(node, {
    uid: "pod-web-2-a",
    name: "web-2-a",
    namespace: "shop",
    kind: "Pod",
    apiVersion: "v1",
    status: "Error",
    message: node.message,
    release: "web",
    releaseNamespace: "shop",
    metadata: {
      age: "24h",
      creationTimestamp: "2026-01-01T00:00:00Z",
      image: "web:1",
      nodeName: "node-1",
      restartCount: 7,
      ownerReferences: [{ kind: "ReplicaSet", name: "web-2", uid: "replicaset-web-2" }],
      usedConfigMaps: ["settings"],
      serviceAccountName: "default",
    },
  });
});

Deno.test("GET /api/v1/graph, a node has a chart and replicas if they apply", async () => {
  const { nodes: [node] } = await new Api(smallCluster()).get("/api/v1/graph?kind=Deployment");
  assertEquals([node.chart, node.metadata.replicas], [
    "web-1.0.0",
    { desired: 1, current: 1, ready: 0, available: 0 },
  ]);
});

Deno.test("GET /api/v1/graph, a claim and its volume name each other", async () => {
  const { nodes } = await new Api(smallCluster()).get("/api/v1/graph?release=db");
  const metadata = (kind: string) => nodes.find((node: { kind: string }) => node.kind === kind).metadata;
  assertEquals([metadata("PersistentVolumeClaim").volumeName, metadata("PersistentVolume").claimRef], [
    "disk",
    {
      kind: "PersistentVolumeClaim",
      namespace: "shop",
      name: "data",
      uid: "persistentvolumeclaim-data",
    },
  ]);
});

Deno.test("GET /api/v1/graph, nodes have labels on request", async () => {
  const api = new Api(smallCluster());
  const { nodes: [without] } = await api.get("/api/v1/graph?q=db-0");
  const { nodes: [node] } = await api.get("/api/v1/graph?q=db-0&labels=true");
  assertEquals([without.labels, node.labels], [undefined, { app: "db", tier: "back" }]);
});

Deno.test("GET /api/v1/graph, edges connect only nodes of the answer", async () => {
  const { edges } = await new Api(smallCluster()).get("/api/v1/graph?release=db");
  const lines = edges.map(({ type, from, to }: Record<string, string>) => `${from} ${type} ${to}`);
  assertEquals(lines.sort(), [
    "persistentvolume-disk uses-storageclass storageclass-fast",
    "persistentvolumeclaim-data binds persistentvolume-disk",
    "persistentvolumeclaim-data uses-storageclass storageclass-fast",
    "pod-db-0 mounts persistentvolumeclaim-data",
    "pod-db-0 uses-sa serviceaccount-default",
    "statefulset-db owns pod-db-0",
    "statefulset-db uses-sa serviceaccount-default",
  ]);
});

Deno.test("GET /api/v1/graph, stats count nodes, edges, Pending, Error and nodes that are not synced", async () => {
  const api = new Api(smallCluster(), { states: { Pod: "stale" } });
  const { nodes, edges, stats } = await api.get("/api/v1/graph?namespace=shop");
  assertEquals(stats, { nodes: nodes.length, edges: edges.length, warnings: 2, errors: 1, stale: 2 });
});

Deno.test("GET /api/v1/graph, rv grows with every visible change", async () => {
  const api = new Api();
  const rvs = [(await api.get("/api/v1/graph")).rv];
  api.put(object("ConfigMap", "a/b"));
  rvs.push((await api.get("/api/v1/graph")).rv);
  api.put(object("ConfigMap", "a/b"));
  rvs.push((await api.get("/api/v1/graph")).rv);
  assertEquals(rvs.map((rv) => Number(BigInt(rv) - BigInt(rvs[0]))), [0, 1, 1]);
});

Deno.test("GET /api/v1/graph, rv names the process and counts its changes", async () => {
  const [one, other] = await Promise.all(
    [new Api(), new Api()].map(async (api): Promise<string> => (await api.get("/api/v1/graph")).rv),
  );
  assertMatch(one ?? "", /^[1-9][0-9]{8}[0-9]{12}$/);
  assertNotEquals(one?.slice(0, 9), other?.slice(0, 9));
});

Deno.test("GET /api/v1/graph, an empty graph", async () => {
  const { nodes, edges, stats } = await new Api().get("/api/v1/graph");
  assertEquals([nodes, edges, stats], [[], [], { nodes: 0, edges: 0, warnings: 0, errors: 0, stale: 0 }]);
});

Deno.test("GET /api/v1/graph, ages move with the clock", async () => {
  const api = new Api([object("ConfigMap", "a/b")]);
  const age = async () => (await api.get("/api/v1/graph")).nodes[0].metadata.age;
  const before = await age();
  api.clock.advance(3 * 24 * 3_600_000);
  assertEquals([before, await age()], ["24h", "4d"]);
});

Deno.test("GET /api/v1/graph, more than 250,000 resources are refused with the filters", async () => {
  const api = new Api();
  for (let i = 0; i <= 250_000; i++) api.put(object("ConfigMap", `many/m-${i}`));
  const message = "The answer would have 250001 entries, more than 250000: narrow it by namespace, kind, " +
    "release, chart, status, labelSelector, name, owner, image, unreferenced, q";
  assertEquals(await api.failure("/api/v1/graph"), [400, "too_large", message]);
  assertEquals(await api.failure("/api/v1/resources"), [400, "too_large", message]);
});
