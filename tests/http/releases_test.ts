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
  assertEquals(await api.get("/api/v1/releases"), ["B", "a", "a/b", "b/b", "é"]);
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

Deno.test("GET /api/v1/releases?detail=true, counts the resources of the release itself", async () => {
  assertEquals(await new Api(smallCluster()).get("/api/v1/releases?detail=true"), [
    {
      namespace: "shop",
      name: "db",
      chart: "db-2.0.0",
      charts: ["db-2.0.0"],
      status: "Ready",
      counts: { nodes: 2, edges: 1, pods: 1, errors: 0 },
      revision: null,
      helmStatus: null,
      updated: null,
      causes: 0,
    },
    {
      namespace: "shop",
      name: "web",
      chart: "web-1.0.0",
      charts: ["web-1.0.0"],
      status: "Error",
      // The Deployment, two ReplicaSets, the Pod and the Service; three of them owned, one selected.
      counts: { nodes: 5, edges: 4, pods: 1, errors: 1 },
      revision: null,
      helmStatus: null,
      updated: null,
      causes: 1,
    },
  ]);
});

Deno.test("GET /api/v1/releases?detail=true, one name in two namespaces is two releases", async () => {
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

Deno.test("GET /api/v1/releases?detail=true, of two equally frequent charts the first by name wins", async () => {
  const charts = ["b-1", "a-1"];
  const api = new Api(charts.map((chart, i) => object("ConfigMap", `n/${i}`, ofRelease("x", "n", chart))));
  assertEquals((await api.get("/api/v1/releases?detail=true"))[0].chart, "a-1");
});

Deno.test("GET /api/v1/releases?detail=true, a tie of charts goes to the resource named like the release", async () => {
  const api = new Api([
    object("ServiceAccount", "n/wordpress", ofRelease("wordpress", "n", "wordpress-27")),
    object("ServiceAccount", "n/wordpress-mariadb", ofRelease("wordpress", "n", "mariadb-23")),
  ]);
  const [{ chart, charts }] = await api.get("/api/v1/releases?detail=true");
  assertEquals([chart, charts], ["wordpress-27", ["wordpress-27", "mariadb-23"]]);
});

Deno.test("GET /api/v1/releases?detail=true, the chart does not depend on replicas and old revisions", async () => {
  const template = { template: { spec: {} } };
  const given = ofRelease("web", "n", "web-2");
  const old = [1, 2, 3].map((i) =>
    object("ReplicaSet", `n/web-${i}`, {
      ...ofRelease("web", "n", "web-1"),
      owner: "Deployment web",
      spec: template,
    })
  );
  const api = new Api([object("Deployment", "n/web", { ...given, spec: template }), ...old]);
  const [{ chart, charts }] = await api.get("/api/v1/releases?detail=true");
  assertEquals([chart, charts], ["web-2", ["web-2"]]);
});

Deno.test("GET /api/v1/charts, the label chart counts where helm.sh/chart is missing", async () => {
  const labelled = (key: string, labels: Record<string, string>) => object("ConfigMap", key, { labels });
  const api = new Api([
    labelled("n/old", { chart: "strimzi-0.1" }),
    labelled("n/both", { "helm.sh/chart": "new-1", chart: "ignored-1" }),
    labelled("n/empty", { "helm.sh/chart": "", chart: "old-1" }),
  ]);
  assertEquals(await api.get("/api/v1/charts"), ["new-1", "old-1", "strimzi-0.1"]);
  for (
    const [chart, names] of [["strimzi-0.1", ["old"]], ["ignored-1", []], ["old-1", ["empty"]], ["nope", []]]
  ) {
    for (const more of ["", "&namespace=n"]) {
      assertEquals(await api.names(`/api/v1/resources?chart=${chart}${more}`), names);
    }
  }
  assertEquals((await api.get("/api/v1/resources?chart=strimzi-0.1"))[0].chart, "strimzi-0.1");
});

Deno.test("GET /api/v1/releases, a filter by namespace does not make an ambiguous name unique", async () => {
  const api = new Api([
    object("ConfigMap", "a/1", ofRelease("x", "a", "x-1")),
    object("ConfigMap", "b/2", ofRelease("x", "b", "x-1")),
    object("ConfigMap", "b/3", ofRelease("y", "b", "y-1")),
  ]);
  assertEquals(await api.get("/api/v1/releases?namespace=b"), ["b/x", "y"]);
  assertEquals(await api.names("/api/v1/graph?release=b/x"), ["2"]);
});

Deno.test("GET /api/v1/graph?release, a controller's release beats the annotations that it copied", async () => {
  const spec = { template: { spec: {} } };
  const api = new Api([
    object("Deployment", "n/web", { ...ofRelease("new", "n", "web-1"), spec }),
    object("ReplicaSet", "n/web-1", { ...ofRelease("old", "n", "web-1"), owner: "Deployment web", spec }),
    object("Pod", "n/web-1-a", { owner: "ReplicaSet web-1", spec: {} }),
    object("ConfigMap", "n/left", ofRelease("old", "n", "web-1")),
  ]);
  assertEquals(await api.names("/api/v1/graph?release=new"), ["web", "web-1", "web-1-a"]);
  assertEquals(await api.names("/api/v1/graph?release=old"), ["left"]);
  const pods = await api.get("/api/v1/resources?kind=Pod");
  assertEquals([pods[0].release, pods[0].releaseNamespace], ["new", "n"]);
  api.graph.remove("configmap-left");
  assertEquals(await api.get("/api/v1/releases"), ["new"]);
});

Deno.test("GET /api/v1/graph?release, an owner without control does not beat a resource's own release", async () => {
  const owned = object("ConfigMap", "n/child", ofRelease("child", "n", "c-1"));
  const [owner] = object("ConfigMap", "n/x", { owner: "ConfigMap parent" }).metadata.ownerReferences as {
    controller: boolean;
  }[];
  const api = new Api([
    object("ConfigMap", "n/parent", ofRelease("parent", "n", "p-1")),
    { ...owned, metadata: { ...owned.metadata, ownerReferences: [{ ...owner, controller: false }] } },
  ]);
  assertEquals(await api.names("/api/v1/graph?release=parent"), ["parent"]);
  assertEquals(await api.names("/api/v1/graph?release=child"), ["child"]);
});

Deno.test("Controllers in a circle have a release, and the search for it ends", async () => {
  const api = new Api([
    object("ReplicaSet", "n/a", { owner: "ReplicaSet b", spec: { template: { spec: {} } } }),
    object("ReplicaSet", "n/b", {
      ...ofRelease("x", "n", "x-1"),
      owner: "ReplicaSet a",
      spec: { template: { spec: {} } },
    }),
  ]);
  assertEquals(await api.names("/api/v1/graph?release=x&inactive=true"), ["a", "b"]);
});

function stored(kind: string, release: string, given: { version: number; status: string }) {
  const { version, status } = given;
  return object(kind, `n/sh.helm.release.v1.${release}.v${version}`, {
    labels: { owner: "helm", name: release, version: String(version), status, modifiedAt: "1" },
    created: `2026-01-01T00:00:${String(version).padStart(2, "0")}Z`,
  });
}

Deno.test("GET /api/v1/releases, a release exists when a resource names it or a storage object does", async () => {
  const api = new Api([
    object("ConfigMap", "n/1", ofRelease("named", "n", "x-1")),
    stored("Secret", "stored", { version: 9, status: "superseded" }),
    stored("Secret", "stored", { version: 10, status: "deployed" }),
    stored("ConfigMap", "mapped", { version: 1, status: "failed" }),
    object("Secret", "n/not-helm", {
      labels: { owner: "helm", name: "impostor", version: "1", status: "failed" },
    }),
  ]);
  assertEquals(await api.get("/api/v1/releases"), ["mapped", "named", "stored"]);
  assertEquals(await api.get("/api/v1/releases?namespace=n"), ["mapped", "named", "stored"]);
  assertEquals(await api.get("/api/v1/releases?namespace=m"), []);
  const releases = await api.get("/api/v1/releases?detail=true");
  assertEquals(
    // deno-lint-ignore no-explicit-any -- what the API says
    releases.map(({ name, revision, helmStatus, updated }: any) => [name, revision, helmStatus, updated]),
    [
      ["mapped", 1, "failed", "2026-01-01T00:00:01Z"],
      ["named", null, null, null],
      ["stored", 10, "deployed", "2026-01-01T00:00:10Z"],
    ],
  );
  assertEquals(await api.names("/api/v1/graph?release=stored&inactive=true"), []);
  assertEquals(await api.names("/api/v1/graph?namespace=n"), ["1", "not-helm"]);
});

Deno.test("GET /api/v1/releases?detail=true, finished work does not count", async () => {
  const spec = { template: { spec: {} } };
  const run = (day: number, type: string) => [
    object("Job", `n/run-${day}`, {
      owner: "CronJob nightly",
      created: `2026-01-0${day}T00:00:00Z`,
      spec,
      status: { conditions: [{ type, status: "True" }] },
    }),
    object("Pod", `n/run-${day}-a`, { owner: `Job run-${day}`, spec: {}, status: { phase: "Failed" } }),
  ];
  const api = new Api([
    object("CronJob", "n/nightly", { ...ofRelease("x", "n", "x-1"), spec: { jobTemplate: { spec } } }),
    ...run(1, "Failed"),
    ...run(2, "Complete"),
  ]);
  const statusOf = async () => (await api.get("/api/v1/releases?detail=true"))[0].status;
  assertEquals(await statusOf(), "Ready");
  for (const it of run(3, "Failed")) api.put(it);
  assertEquals(await statusOf(), "Error");
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

Deno.test("GET /api/v1/namespaces, has the namespaces of tracked resources", async () => {
  const api = new Api([...smallCluster(), object("Namespace", "empty"), object("ConfigMap", "unlisted/c")]);
  assertEquals(await api.get("/api/v1/namespaces"), ["lab", "shop", "unlisted"]);
});

Deno.test("GET /api/v1/namespaces, forgets a namespace without resources", async () => {
  const api = new Api([object("ConfigMap", "a/b")]);
  api.graph.remove("configmap-b");
  assertEquals(await api.get("/api/v1/namespaces"), []);
});

Deno.test("GET /api/v1/releases/{namespace}/{name}/history, revisions by number, of one release", async () => {
  const api = new Api([
    stored("Secret", "x", { version: 9, status: "superseded" }),
    stored("Secret", "x", { version: 10, status: "deployed" }),
    stored("Secret", "x", { version: 2, status: "superseded" }),
    stored("Secret", "y", { version: 3, status: "failed" }),
    ...["", "flux", "owner"].map((owner, i) =>
      object("Secret", `n/sh.helm.release.v1.x.v2${i}`, {
        labels: { ...owner && { owner }, name: "x", version: `2${i}`, status: "failed" },
      })
    ),
  ]);
  assertEquals(await api.get("/api/v1/releases/n/x/history"), [
    { revision: 10, status: "deployed", updated: "2026-01-01T00:00:10Z" },
    { revision: 9, status: "superseded", updated: "2026-01-01T00:00:09Z" },
    { revision: 2, status: "superseded", updated: "2026-01-01T00:00:02Z" },
  ]);
  for (const none of ["m/x", "n/z", "n/owner", "helm/helm"]) {
    assertEquals(await api.get(`/api/v1/releases/${none}/history`), []);
  }
});
