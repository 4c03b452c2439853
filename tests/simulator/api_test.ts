import { assertEquals } from "@std/assert";
import { aPod, getJson, withSimulator } from "./client.ts";

function send(method: string, body?: unknown): RequestInit {
  return { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

Deno.test("Simulator, GET returns a complete object", () =>
  withSimulator(async ({ url, store }) => {
    const created = store.create(aPod("a"));
    const { body } = await getJson(`${url}/api/v1/namespaces/default/pods/a`);
    assertEquals(body, created);
  }));

Deno.test("Simulator, GET returns a cluster-scoped object", () =>
  withSimulator(async ({ url, store }) => {
    const created = store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "pods" } });
    const { body } = await getJson(`${url}/api/v1/namespaces/pods`);
    assertEquals(body, created);
  }));

Deno.test("Simulator, GET of a missing object returns a Status with its name", () =>
  withSimulator(async ({ url }) => {
    const { status, body } = await getJson(`${url}/api/v1/namespaces/default/pods/none`);
    assertEquals([status, body.reason, body.details], [404, "NotFound", { name: "none", kind: "pods" }]);
  }));

Deno.test("Simulator, POST creates and takes the namespace from the path", () =>
  withSimulator(async ({ url, store }) => {
    const { status } = await getJson(
      `${url}/api/v1/namespaces/default/pods`,
      send("POST", { metadata: { name: "a" } }),
    );
    assertEquals([status, store.get("Pod", "default", "a")?.kind], [201, "Pod"]);
  }));

Deno.test("Simulator, PUT replaces", () =>
  withSimulator(async ({ url, store }) => {
    const pod = store.create(aPod("a"));
    await getJson(
      `${url}/api/v1/namespaces/default/pods/a`,
      send("PUT", { ...pod, status: { phase: "Failed" } }),
    );
    assertEquals(store.get("Pod", "default", "a")?.status, { phase: "Failed" });
  }));

Deno.test("Simulator, PATCH merges", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a", { app: "web" }));
    const patch = { metadata: { labels: { tier: "front" } } };
    await getJson(`${url}/api/v1/namespaces/default/pods/a`, send("PATCH", patch));
    assertEquals(store.get("Pod", "default", "a")?.metadata.labels, { app: "web", tier: "front" });
  }));

Deno.test("Simulator, PATCH of the status changes nothing else", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    const patch = { status: { phase: "Failed" }, spec: { nodeName: "ignored" } };
    await getJson(`${url}/api/v1/namespaces/default/pods/a/status`, send("PATCH", patch));
    const pod = store.get("Pod", "default", "a");
    assertEquals([pod?.status.phase, pod?.spec.nodeName], ["Failed", undefined]);
  }));

Deno.test("Simulator, DELETE deletes", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    await getJson(`${url}/api/v1/namespaces/default/pods/a`, send("DELETE"));
    assertEquals(store.get("Pod", "default", "a"), undefined);
  }));

for (const path of ["/livez", "/readyz"]) {
  Deno.test(`Simulator, ${path} is ok`, () =>
    withSimulator(async ({ url }) => {
      assertEquals(await (await fetch(url + path)).text(), "ok");
    }));
}

Deno.test("Simulator, discovery names groups and resources", () =>
  withSimulator(async ({ url }) => {
    const groups = (await getJson(`${url}/apis`)).body.groups;
    const resources = (await getJson(`${url}/apis/apps/v1`)).body.resources;
    assertEquals([groups[0].preferredVersion.groupVersion, resources[0].name], ["apps/v1", "replicasets"]);
  }));

Deno.test("Simulator, remembers its requests", () =>
  withSimulator(async (simulator) => {
    await getJson(`${simulator.url}/api/v1/pods?limit=5`, { headers: { accept: "application/json" } });
    const [{ method, path, query, accept }] = simulator.requests as [typeof simulator.requests[number]];
    assertEquals([method, path, query.get("limit"), accept], [
      "GET",
      "/api/v1/pods",
      "5",
      "application/json",
    ]);
  }));
