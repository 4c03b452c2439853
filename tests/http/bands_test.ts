import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object } from "./objects.ts";
import { deployment, pod } from "./workload.ts";

const crash = { waiting: "CrashLoopBackOff" };
const account = object("ServiceAccount", "n/default");

async function lines(api: Api, query = ""): Promise<string[]> {
  return describe(await api.get(`/api/v1/bands${query}`));
}

// deno-lint-ignore no-explicit-any -- what the API says
function describe(bands: any[]): string[] {
  return bands.map(({ release, owner, status, pods, causes }) => {
    const what = release ? `release ${release.name}` : `${owner.kind} ${owner.name}`;
    return `${what}: ${status}, ${pods.ready}/${pods.pending}/${pods.error}, ${causes}`;
  });
}

function cluster(): Api {
  return new Api([
    account,
    ...deployment("shop", { release: "shop", pods: [{ ready: true }, crash] }),
    ...deployment("fine", { release: "fine", desired: 1, pods: [{ ready: true }, { phase: "Succeeded" }] }),
    ...deployment("stray", { pods: [crash, crash] }),
    pod("lonely", { ready: true }),
    object("ConfigMap", "n/alone"),
    object("Service", "n/alone", { spec: { type: "ExternalName" } }),
    object("Secret", "n/sh.helm.release.v1.stored.v1", {
      labels: { owner: "helm", name: "stored", version: "1", status: "failed" },
    }),
  ]);
}

Deno.test("GET /api/v1/bands, releases and topmost owners without one, worst first", async () => {
  assertEquals(await lines(cluster()), [
    "release shop: Error, 1/0/1, 1",
    "Deployment stray: Error, 0/0/2, 1",
    "release stored: Ready, 0/0/0, 1",
    "release fine: Ready, 1/0/0, 0",
    "Pod lonely: Ready, 1/0/0, 0",
  ]);
});

Deno.test("GET /api/v1/bands, a filter keeps the bands of the resources that it matches", async () => {
  const api = cluster();
  assertEquals(await lines(api, "?release=fine"), ["release fine: Ready, 1/0/0, 0"]);
  assertEquals(await lines(api, "?q=stray"), ["Deployment stray: Error, 0/0/2, 1"]);
  assertEquals(await lines(api, "?kind=Pod&status=Error"), [
    "release shop: Error, 1/0/1, 1",
    "Deployment stray: Error, 0/0/2, 1",
  ]);
  assertEquals(await lines(api, "?kind=ConfigMap"), []);
  assertEquals(await lines(api, "?namespace=other"), []);
});

Deno.test("GET /api/v1/bands, a release with nothing but storage objects is in its namespace", async () => {
  const api = cluster();
  const stored = "release stored: Ready, 0/0/0, 1";
  assertEquals(await lines(api, "?release=stored"), [stored]);
  assertEquals(await lines(api, "?release=n/stored&namespace=n"), [stored]);
  assertEquals(await lines(api, "?release=other/stored"), []);
  assertEquals((await lines(api, "?namespace=n")).filter((line) => line === stored), [stored]);
  assertEquals(await lines(api, "?namespace=n&q=stored"), []);
});

Deno.test("GET /api/v1/bands, a storage object whose labels name no release of Helm has no band", async () => {
  const api = new Api([
    object("Secret", "n/sh.helm.release.v1.bare.v1"),
    object("Secret", "n/sh.helm.release.v1.foreign.v1", { labels: { name: "foreign" } }),
    object("ConfigMap", "n/sh.helm.release.v1.nameless.v1", { labels: { owner: "helm" } }),
    object("Secret", "n/sh.helm.release.v1.stored.v1", {
      labels: { owner: "helm", name: "stored", version: "1", status: "deployed" },
    }),
  ]);
  for (const query of ["", "?namespace=n&inactive=true", "?kind=Secret&inactive=true"]) {
    assertEquals(await lines(api, query), ["release stored: Ready, 0/0/0, 0"]);
  }
});

Deno.test("GET /api/v1/bands, a band in full", async () => {
  const api = cluster();
  const [band] = await api.get("/api/v1/bands?owner=deployment-stray");
  assertEquals(band, {
    owner: { uid: "deployment-stray", kind: "Deployment", namespace: "n", name: "stray" },
    chart: "",
    status: "Error",
    pods: { ready: 0, pending: 0, error: 2 },
    counts: { nodes: 4, edges: 3, pods: 2, errors: 2 },
    causes: 1,
    since: "2026-01-02T00:00:00Z",
  });
});

Deno.test("GET /api/v1/bands, since is the first time of the worst status", async () => {
  const api = new Api([account, ...deployment("web", { pods: [{ ready: true }, { ready: true }] })]);
  assertEquals((await api.get("/api/v1/bands"))[0].since, null);
  api.clock.advance(60_000);
  api.put(pod("web-1-0", { ...crash, owner: "ReplicaSet web-1" }));
  api.clock.advance(60_000);
  api.put(pod("web-1-1", { ...crash, owner: "ReplicaSet web-1" }));
  assertEquals((await api.get("/api/v1/bands"))[0].since, "2026-01-02T00:01:00Z");
});

Deno.test("GET /api/v1/bands, pages make up the whole", async () => {
  const api = cluster();
  const pages: unknown[] = [];
  let path: string | undefined = "/api/v1/bands?limit=2";
  for (let page = 0; path !== undefined && page < 5; page++) {
    const response: Response = await api.request(path);
    pages.push(...await response.json());
    path = response.headers.get("link")?.match(/<([^>]+)>/)?.[1];
  }
  assertEquals(pages, await api.get("/api/v1/bands"));
});
