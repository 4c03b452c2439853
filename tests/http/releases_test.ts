import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

function ofRelease(release: string, namespace: string, chart: string) {
  return {
    annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace },
    labels: { "helm.sh/chart": chart },
  };
}

Deno.test("GET /api/v1/releases, names once each, sorted as bytes", async () => {
  const api = new Api([
    object("ConfigMap", "a/1", ofRelease("b", "a", "x-1")),
    object("ConfigMap", "b/2", ofRelease("b", "b", "x-1")),
    object("ConfigMap", "b/3", ofRelease("B", "b", "x-1")),
    object("ConfigMap", "b/4", ofRelease("é", "b", "x-1")),
    object("ConfigMap", "b/5", ofRelease("a", "b", "x-1")),
    object("ConfigMap", "b/6"),
  ]);
  assertEquals(await api.get("/api/v1/releases"), ["B", "a", "b", "é"]);
});

Deno.test("GET /api/v1/releases, narrowed to a namespace", async () => {
  const api = new Api([...smallCluster(), object("ConfigMap", "lab/1", ofRelease("test", "lab", "test-1"))]);
  assertEquals(
    await Promise.all(["shop", "lab", "nowhere"].map((it) => api.get(`/api/v1/releases?namespace=${it}`))),
    [
      ["db", "web"],
      ["test"],
      [],
    ],
  );
});

Deno.test("GET /api/v1/releases?detail=true, counts what the release is itself", async () => {
  assertEquals(await new Api(smallCluster()).get("/api/v1/releases?detail=true"), [
    {
      namespace: "shop",
      name: "db",
      chart: "db-2.0.0",
      status: "Ready",
      counts: { nodes: 2, edges: 1, pods: 1, errors: 0 },
    },
    {
      namespace: "shop",
      name: "web",
      chart: "web-1.0.0",
      status: "Pending",
      // The Deployment, two ReplicaSets, the Pod and the Service; three of them owned, one selected.
      counts: { nodes: 5, edges: 4, pods: 1, errors: 1 },
    },
  ]);
});

Deno.test("GET /api/v1/releases?detail=true, releases of one name in two namespaces are two", async () => {
  const api = new Api([
    object("ConfigMap", "b/1", ofRelease("x", "b", "x-1")),
    object("ConfigMap", "a/2", ofRelease("x", "a", "x-2")),
  ]);
  const releases = await api.get("/api/v1/releases?detail=true");
  assertEquals(
    releases.map(({ namespace, name, chart }: Record<string, string>) => `${namespace}/${name} ${chart}`),
    ["a/x x-2", "b/x x-1"],
  );
});

Deno.test("GET /api/v1/releases?detail=true, the chart is that of most resources", async () => {
  const charts = ["sub-1", "main-1", "main-1", "other-1"];
  const api = new Api(charts.map((chart, i) => object("ConfigMap", `n/${i}`, ofRelease("x", "n", chart))));
  assertEquals((await api.get("/api/v1/releases?detail=true"))[0].chart, "main-1");
});

Deno.test("GET /api/v1/releases?detail=true, of two charts as frequent the first by name", async () => {
  const charts = ["b-1", "a-1"];
  const api = new Api(charts.map((chart, i) => object("ConfigMap", `n/${i}`, ofRelease("x", "n", chart))));
  assertEquals((await api.get("/api/v1/releases?detail=true"))[0].chart, "a-1");
});

Deno.test("GET /api/v1/releases?detail=true, without a chart it is empty", async () => {
  const { annotations } = ofRelease("x", "n", "");
  const api = new Api([object("ConfigMap", "n/1", { annotations })]);
  assertEquals((await api.get("/api/v1/releases?detail=true"))[0].chart, "");
});

Deno.test("GET /api/v1/releases, refuses an unknown parameter", async () => {
  const [status, , message] = await new Api().failure("/api/v1/releases?kind=Pod");
  assertEquals([status, message], [400, 'Unknown query parameter "kind": known are namespace, detail']);
});

Deno.test("GET /api/v1/charts, once each, narrowed to a namespace", async () => {
  const api = new Api([...smallCluster(), object("ConfigMap", "lab/1", ofRelease("test", "lab", "test-1"))]);
  assertEquals(
    await Promise.all(
      ["", "?namespace=lab", "?namespace=nowhere"].map((it) => api.get(`/api/v1/charts${it}`)),
    ),
    [["db-2.0.0", "test-1", "web-1.0.0"], ["test-1"], []],
  );
});

Deno.test("GET /api/v1/namespaces, those of tracked resources", async () => {
  const api = new Api([...smallCluster(), object("Namespace", "empty"), object("ConfigMap", "unlisted/c")]);
  assertEquals(await api.get("/api/v1/namespaces"), ["lab", "shop", "unlisted"]);
});

Deno.test("GET /api/v1/namespaces, forgets those whose last resource went", async () => {
  const api = new Api([object("ConfigMap", "a/b")]);
  api.graph.remove("configmap-b");
  assertEquals(await api.get("/api/v1/namespaces"), []);
});
