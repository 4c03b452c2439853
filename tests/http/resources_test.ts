import { assert, assertEquals, assertMatch } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

interface Listed {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

const keyOf = ({ namespace, kind, name }: Listed) => `${namespace} ${kind} ${name}`;

/** Where the Link header of a page leads. */
function nextOf(response: Response): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
}

/** The keys of every page, with `between` called before each but the first. */
async function readPages(api: Api, path: string, between = () => {}): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    if (pages.length > 0) between();
    const response = await api.request(next);
    pages.push((await response.json()).map(keyOf));
    next = nextOf(response);
    assert(pages.length < 100, "the pages have no end");
  }
  return pages;
}

Deno.test("GET /api/v1/resources, a resource in full", async () => {
  const [pod] = await new Api(smallCluster()).get("/api/v1/resources?q=db-0");
  assertEquals(pod, {
    uid: "pod-db-0",
    name: "db-0",
    namespace: "shop",
    kind: "Pod",
    apiVersion: "v1",
    status: "Ready",
    message: pod.message,
    chart: "",
    release: "db",
    releaseNamespace: "shop",
    age: "24h",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { app: "db", tier: "back" },
    image: "db:2",
    restartCount: 0,
    ownerReferences: [{ kind: "StatefulSet", name: "db", uid: "statefulset-db" }],
    mountedPVCs: ["data"],
    serviceAccountName: "default",
  });
});

Deno.test("GET /api/v1/resources, a Service names the Pods that it selects", async () => {
  const [service] = await new Api(smallCluster()).get("/api/v1/resources?kind=Service&namespace=shop");
  assertEquals(service.targetPods, ["web-2-a"]);
});

Deno.test("GET /api/v1/resources, names a missing Secret too", async () => {
  const [pod] = await new Api(smallCluster()).get("/api/v1/resources?q=experiment");
  assertEquals(pod.usedSecrets, ["token"]);
});

Deno.test("GET /api/v1/resources, sorted by namespace, kind and name", async () => {
  const keys = (await new Api(smallCluster()).get("/api/v1/resources")).map(keyOf);
  assertEquals(keys, [...keys].sort());
});

Deno.test("GET /api/v1/resources, sorted as UTF-8 bytes", async () => {
  const names = ["z", "B", "a", "\u{1f600}", "\uffee", "é", 'a"', "a\\", "ab"];
  const api = new Api(names.map((name, i) => object("ConfigMap", `n/${name}`, { uid: `uid-${i}` })));
  const bytes = (name: string) =>
    [...new TextEncoder().encode(name)].map((it) => String.fromCharCode(it)).join("");
  assertEquals(
    (await api.get("/api/v1/resources")).map(({ name }: Listed) => name),
    names.sort((a, b) => bytes(a) < bytes(b) ? -1 : 1),
  );
});

for (const limit of [1, 3, 7, 100]) {
  Deno.test(`GET /api/v1/resources, pages of ${limit} make up the list`, async () => {
    const api = new Api(smallCluster());
    const all = (await api.get("/api/v1/resources")).map(keyOf);
    const pages = await readPages(api, `/api/v1/resources?limit=${limit}`);
    assertEquals(pages.flat(), all);
    assertEquals(pages.slice(0, -1).every(({ length }) => length === limit), true);
  });
}

Deno.test("GET /api/v1/resources, a page that exactly fits has no next page", async () => {
  const response = await new Api(smallCluster()).request("/api/v1/resources?kind=Pod&limit=3");
  assertEquals([(await response.json()).length, response.headers.get("link")], [3, null]);
});

Deno.test("GET /api/v1/resources, the next page keeps the filters", async () => {
  const api = new Api(smallCluster());
  const query = "kind=Pod&kind=Service&namespace=shop&namespace=lab&labelSelector=app+notin+(x)&limit=2";
  assertEquals((await readPages(api, `/api/v1/resources?${query}`)).flat(), [
    "lab Pod experiment",
    "lab Service nobody",
    "shop Pod db-0",
    "shop Pod web-2-a",
    "shop Service web",
  ]);
});

Deno.test("GET /api/v1/resources, pages stay correct when resources at their end are deleted and created", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `m-${String(i).padStart(2, "0")}`);
  const api = new Api(names.map((name) => object("ConfigMap", `n/${name}`)));
  let ended = 4;
  const pages = await readPages(api, "/api/v1/resources?limit=5", () => {
    api.graph.remove(`configmap-m-${String(ended).padStart(2, "0")}`);
    api.put(object("ConfigMap", `n/a-${ended}`));
    api.put(object("Secret", `early/s-${ended}`));
    ended += 5;
  });
  assertEquals(pages.flat(), names.map((name) => `n ConfigMap ${name}`));
});

Deno.test("GET /api/v1/resources, pages stay correct when a whole kind and namespace are deleted", async () => {
  const api = new Api([object("ConfigMap", "b/x"), object("ConfigMap", "b/y"), object("Secret", "c/z")]);
  const pages = await readPages(api, "/api/v1/resources?limit=1", () => {
    api.graph.remove("configmap-x");
    api.graph.remove("configmap-y");
  });
  assertEquals(pages, [["b ConfigMap x"], ["c Secret z"]]);
});

Deno.test("GET /api/v1/resources, a repeated page has the same link", async () => {
  const api = new Api(smallCluster());
  const links = [];
  for (let i = 0; i < 2; i++) {
    const response = await api.request("/api/v1/resources?limit=2");
    await response.body?.cancel();
    links.push(nextOf(response));
  }
  assertMatch(links[0] ?? "", /^\/api\/v1\/resources\?limit=2&continue=[\w-]+$/);
  assertEquals(links[1], links[0]);
});

for (const name of ["ä/../%2F?&=#+ ", "__proto__", '"\\\n', "\u{1f600}"]) {
  Deno.test(`GET /api/v1/resources, a page that ends at ${JSON.stringify(name)}`, async () => {
    const api = new Api([
      { ...object("ConfigMap", "n/x"), metadata: { uid: "1", namespace: "constructor", name } },
      object("ConfigMap", "zz/last"),
    ]);
    assertEquals(await readPages(api, "/api/v1/resources?limit=1"), [
      [`constructor ConfigMap ${name}`],
      ["zz ConfigMap last"],
    ]);
  });
}

for (const limit of ["0", "-1", "1.5", "x", "", "1e3", "9".repeat(30)]) {
  Deno.test(`GET /api/v1/resources, refuses the limit ${JSON.stringify(limit)}`, async () => {
    const [status, code, message] = await new Api().failure(`/api/v1/resources?limit=${limit}`);
    assertEquals([status, code], [400, "invalid_parameter"]);
    assertMatch(message, /^limit .* must be a positive integer$/);
  });
}

const CURSORS = [
  "x",
  "%00",
  "====",
  "a_-b",
  "a_-b_-c_-d",
  "a_-b_-c_",
  "a_-b_-c_0",
  "a_-b_-c_0A",
  "a_-b_-c.",
  "a_-b_-%C3%A4",
  "a_-b_-c%0A",
];
for (const cursor of CURSORS) {
  Deno.test(`GET /api/v1/resources, refuses the cursor ${cursor}`, async () => {
    const [status, code, message] = await new Api().failure(`/api/v1/resources?continue=${cursor}`);
    assertEquals([status, code], [400, "invalid_parameter"]);
    assertMatch(message, /^continue ".*" must be taken from the Link header of the page before$/);
  });
}

Deno.test("GET /api/v1/resources, the link to the next page is never too long", async () => {
  const labels = { app: "v1" };
  const api = new Api(
    ["a", "b", "c"].map((name) => object("ConfigMap", `n/${name}`, { labels })),
  );
  const values = Array.from({ length: 1_300 }, (_, i) => `v${i}`).join(",");
  const response = await api.request(`/api/v1/resources?limit=2&labelSelector=app+in+(${values})`);
  assertEquals((await response.json()).length, 2);
  const [, next = ""] = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
  assertEquals(await api.names(next), ["c"]);
});

Deno.test("GET /api/v1/resources, a cursor of any spelling gives way to the next", async () => {
  const api = new Api(["a", "b", "c"].map((name) => object("ConfigMap", `n/${name}`)));
  const next = async (path: string) =>
    /^<(.*)>; rel="next"$/.exec((await api.request(path)).headers.get("link") ?? "")?.[1] ?? "";
  const second = await next("/api/v1/resources?limit=1");
  assertEquals(await api.names(await next(second.replace("continue", "c%6Fntinue"))), ["c"]);
});

Deno.test("GET /api/v1/resources, a cursor that the server did not issue is too long", async () => {
  const [status] = await new Api().failure(`/api/v1/resources?limit=1&continue=${"x".repeat(20_000)}`);
  assertEquals(status, 414);
});

Deno.test("GET /api/v1/resources, a chart label without a value is not a chart", async () => {
  const api = new Api([object("ConfigMap", "n/a", { labels: { "helm.sh/chart": "" } })]);
  const [{ chart }] = await api.get("/api/v1/resources");
  assertEquals([chart, await api.get("/api/v1/charts")], ["", []]);
});

Deno.test("GET /api/v1/resources, names a Pod only once if it is a target by uid and by name", async () => {
  const endpoints = [
    { targetRef: { kind: "Pod", name: "web", uid: "pod-web" } },
    { targetRef: { kind: "Pod", name: "web" } },
  ];
  const api = new Api([
    object("Pod", "n/web", { spec: {} }),
    object("EndpointSlice", "n/web", { endpoints }),
  ]);
  const [{ targetPods }] = await api.get("/api/v1/resources?kind=EndpointSlice");
  assertEquals(targetPods, ["web"]);
});

Deno.test("GET /api/v1/resources, names a Secret that it uses and that says so itself", async () => {
  const annotations = { "kubernetes.io/service-account.name": "robot" };
  const api = new Api([
    object("Secret", "n/token", { annotations }),
    object("ServiceAccount", "n/robot", {
      secrets: [{ name: "token" }],
      imagePullSecrets: [{ name: "token" }],
    }),
  ]);
  const [{ usedSecrets }] = await api.get("/api/v1/resources?kind=ServiceAccount");
  assertEquals(usedSecrets, ["token"]);
});
