/** The filters, on the graph of the small cluster; resources and problems take the same ones. */
import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

const api = new Api(smallCluster());

const EXPECTED: readonly [query: string, names: readonly string[]][] = [
  ["namespace=lab", ["default", "experiment", "lab", "nobody", "spare"]],
  ["namespace=lab&namespace=nowhere", ["default", "experiment", "lab", "nobody", "spare"]],
  ["namespace=nowhere", []],
  ["namespace=shop&kind=PersistentVolume&kind=StorageClass&kind=Namespace", ["disk", "fast", "shop"]],
  ["kind=Pod", ["db-0", "experiment", "web-2-a"]],
  ["kind=Pod&kind=StorageClass", ["db-0", "experiment", "fast", "slow", "web-2-a"]],
  ["kind=ReplicaSet", ["web-2"]],
  ["kind=ReplicaSet&inactive=true", ["web-1", "web-2"]],
  ["kind=ReplicaSet&inactive=false", ["web-2"]],
  ["release=web", ["default", "settings", "web", "web", "web-2", "web-2-a"]],
  ["release=web&inactive=true", ["default", "settings", "web", "web", "web-1", "web-2", "web-2-a"]],
  ["release=shop/db", ["data", "db", "db-0", "default", "disk", "fast"]],
  ["release=shop%2Fdb&kind=Pod", ["db-0"]],
  ["release=lab/db", []],
  ["release=nothing", []],
  ["release=web&namespace=lab", []],
  ["chart=db-2.0.0", ["db"]],
  ["chart=db", []],
  ["status=Error", ["web-2-a"]],
  ["status=Pending&kind=Pod", ["experiment"]],
  ["labelSelector=tier", ["db-0", "experiment", "web-2-a"]],
  ["labelSelector=tier%3Dfront", ["experiment", "web-2-a"]],
  ["labelSelector=tier+in+(front,back),app!=web", ["db-0", "experiment"]],
  ["labelSelector=!tier&kind=Pod", []],
  ["labelSelector=&kind=Pod", ["db-0", "experiment", "web-2-a"]],
  ["name=web", ["web", "web"]],
  ["name=web&name=db-0&name=nothing", ["db-0", "web", "web"]],
  ["name=we", []],
  ["name=web&kind=Service&namespace=shop", ["web"]],
  ["owner=deployment-web", ["default", "settings", "web", "web-2", "web-2-a"]],
  ["owner=replicaset-web-2&kind=Pod", ["web-2-a"]],
  ["owner=statefulset-db&namespace=shop", ["data", "db", "db-0", "default", "disk", "fast"]],
  ["owner=statefulset-db&release=web", ["default"]],
  ["owner=nothing", []],
  ["image=web:", ["web", "web-2", "web-2-a"]],
  ["image=:2&kind=Pod", ["db-0"]],
  ["image=nothing", []],
  ["unreferenced=true", ["spare"]],
  ["unreferenced=true&kind=Pod", []],
  ["q=web-2", ["web-2", "web-2-a"]],
  ["q=%77eb-2", ["web-2", "web-2-a"]],
  ["q=WEB-2", []],
  ["q=&kind=Pod", ["db-0", "experiment", "web-2-a"]],
];

for (const [query, names] of EXPECTED) {
  Deno.test(`Filters, ${query}`, async () => {
    assertEquals(await api.names(`/api/v1/graph?${query}`), [...names]);
  });
}

for (const path of ["/api/v1/resources", "/api/v1/problems"]) {
  for (const query of ["namespace=lab", "kind=Pod&status=Error", "release=web", "q=experiment"]) {
    Deno.test(`Filters, ${path}?${query} is about the nodes of the same graph`, async () => {
      const nodes = new Set(await api.names(`/api/v1/graph?${query}`));
      const names = new Set(await api.names(`${path}?${query}`));
      assertEquals([...names].filter((name) => !nodes.has(name)), []);
      assertEquals(names.size > 0, true);
    });
  }
}

const REFUSED: readonly [query: string, message: RegExp][] = [
  [
    "nmaespace=shop",
    /^Unknown query parameter "nmaespace": known are namespace, kind, release, chart, status, labelSelector, name, owner, image, unreferenced, q, inactive/,
  ],
  ["__proto__=x", /^Unknown query parameter "__proto__"/],
  ["constructor=x", /^Unknown query parameter "constructor"/],
  ["namespace=", /^namespace "" must not be empty$/],
  ["kind=pod", /^kind "pod" must be one of Pod, Service, .*GRPCRoute, or one of these with its group$/],
  ["kind=Pod&kind=", /^kind "" must be one of/],
  ["kind=Pod,Service", /^kind "Pod,Service" must be one of/],
  ["status=ready", /^status "ready" must be one of Ready, Unknown, Pending, Error$/],
  ["release=", /^release "" must be name or namespace\/name$/],
  ["release=a/b/c", /^release "a\/b\/c" must be name or namespace\/name$/],
  ["release=/b", /^release "\/b" must be/],
  ["chart=", /^chart "" must not be empty$/],
  ["name=", /^name "" must not be empty$/],
  ["owner=", /^owner "" must not be empty$/],
  ["owner=a&owner=b", /^owner may be given only once$/],
  ["unreferenced=yes", /^unreferenced "yes" must be true or false$/],
  ["inactive=1", /^inactive "1" must be true or false$/],
  ["inactive", /^inactive "" must be true or false$/],
  ["release=a&release=b", /^release may be given only once$/],
  ["q=a&q=a", /^q may be given only once$/],
  ["labelSelector=a%20b", /^labelSelector "a b" must be a label selector: b is no operator$/],
  ["labelSelector=app+in+(a", /^labelSelector "app in \(a" must be a label selector: a set is not closed$/],
];

for (const path of ["/api/v1/graph", "/api/v1/resources", "/api/v1/problems"]) {
  for (const [query, message] of REFUSED) {
    Deno.test(`Filters, ${path} refuses ${query}`, async () => {
      const [status, code, text] = await api.failure(`${path}?${query}`);
      assertEquals([status, code, message.test(text) || text], [400, "invalid_parameter", true]);
    });
  }
}

Deno.test("Filters, unreferenced=true: neither an owner nor the bound volume uses a resource", async () => {
  const used = (name: string) => ({
    containers: [{ name: "c", image: "x", envFrom: [{ secretRef: { name } }] }],
  });
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("ServiceAccount", "n/idle", { secrets: [{ name: "token" }] }),
    object("Secret", "n/token"),
    object("Secret", "n/used"),
    object("Secret", "n/owned", { owner: "Deployment web" }),
    object("ConfigMap", "n/kube-root-ca.crt"),
    object("Deployment", "n/web", { spec: { template: { spec: used("used") } } }),
    object("PersistentVolumeClaim", "n/bound", { spec: { volumeName: "disk" }, status: { phase: "Bound" } }),
    object("PersistentVolume", "disk", {
      spec: { claimRef: { namespace: "n", name: "bound", uid: "persistentvolumeclaim-bound" } },
      status: { phase: "Bound" },
    }),
  ]);
  assertEquals(await api.names("/api/v1/resources?unreferenced=true"), ["bound", "idle", "owned"]);
  api.graph.remove("deployment-web");
  assertEquals(await api.names("/api/v1/resources?unreferenced=true&kind=Secret"), ["owned", "used"]);
});
