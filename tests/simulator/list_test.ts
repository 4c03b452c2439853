import { assertEquals } from "@std/assert";
import { type Answer, aPod, getJson, withSimulator } from "./client.ts";

function names(body: Answer): string[] {
  return body.items.map(({ metadata }: Answer) => metadata.name);
}

Deno.test("Simulator, lists are sorted by namespace and name", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["b", "c", "a"]) store.create(aPod(name));
    store.create(aPod("z", {}, "aside"));
    const { body } = await getJson(`${url}/api/v1/pods`);
    assertEquals(names(body), ["z", "a", "b", "c"]);
  }));

Deno.test("Simulator, a list of a namespace has only its objects", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("here"));
    store.create(aPod("there", {}, "elsewhere"));
    const { body } = await getJson(`${url}/api/v1/namespaces/default/pods`);
    assertEquals(names(body), ["here"]);
  }));

Deno.test("Simulator, items of a list have neither kind nor apiVersion", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    const { body } = await getJson(`${url}/api/v1/pods`);
    assertEquals([body.kind, body.apiVersion, Object.keys(body.items[0])], [
      "PodList",
      "v1",
      ["metadata", "spec", "status"],
    ]);
  }));

Deno.test("Simulator, the list's resourceVersion is that of the whole store", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "later" } });
    const { body } = await getJson(`${url}/api/v1/pods`);
    assertEquals(body.metadata.resourceVersion, String(store.revision));
  }));

Deno.test("Simulator, groups other than the core are under /apis", () =>
  withSimulator(async ({ url, store }) => {
    store.create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "a", namespace: "default" },
    });
    const { body } = await getJson(`${url}/apis/apps/v1/replicasets`);
    assertEquals([body.kind, names(body)], ["ReplicaSetList", ["a"]]);
  }));

Deno.test("Simulator, each page leads to the next and says how many items remain", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["a", "b", "c", "d", "e"]) store.create(aPod(name));
    const first = (await getJson(`${url}/api/v1/pods?limit=2`)).body;
    const second = (await getJson(`${url}/api/v1/pods?limit=2&continue=${first.metadata.continue}`)).body;
    const third = (await getJson(`${url}/api/v1/pods?limit=2&continue=${second.metadata.continue}`)).body;
    assertEquals([names(first), names(second), names(third)], [["a", "b"], ["c", "d"], ["e"]]);
    assertEquals([first.metadata.remainingItemCount, second.metadata.remainingItemCount], [3, 1]);
    assertEquals(third.metadata.continue, undefined);
  }));

Deno.test("Simulator, later pages show the state of the first one", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["a", "b", "c", "d"]) store.create(aPod(name));
    const first = (await getJson(`${url}/api/v1/pods?limit=2`)).body;
    store.delete("Pod", "default", "c");
    store.patchStatus("Pod", { namespace: "default", name: "d" }, { phase: "Failed" });
    store.create(aPod("dd"));
    const second = (await getJson(`${url}/api/v1/pods?limit=9&continue=${first.metadata.continue}`)).body;
    assertEquals(second.items.map(({ metadata, status }: Answer) => `${metadata.name} ${status.phase}`), [
      "c Running",
      "d Running",
    ]);
    assertEquals(second.metadata.resourceVersion, first.metadata.resourceVersion);
  }));

Deno.test("Simulator, a continue token expires with the history", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    const first = (await getJson(`${url}/api/v1/pods?limit=1`)).body;
    store.create(aPod("d"));
    store.compact();
    const { status, body } = await getJson(`${url}/api/v1/pods?limit=1&continue=${first.metadata.continue}`);
    assertEquals([status, body.kind, body.code, body.reason], [410, "Status", 410, "Expired"]);
  }));

Deno.test("Simulator, resourceVersion=0 has no pages", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    const { body } = await getJson(`${url}/api/v1/pods?limit=1&resourceVersion=0`);
    assertEquals(names(body), ["a", "b", "c"]);
  }));

Deno.test("Simulator, resourceVersionMatch=Exact shows the past", () =>
  withSimulator(async ({ url, store }) => {
    const then = store.create(aPod("a")).metadata.resourceVersion;
    store.create(aPod("b"));
    const { body } = await getJson(`${url}/api/v1/pods?resourceVersion=${then}&resourceVersionMatch=Exact`);
    assertEquals(names(body), ["a"]);
  }));

Deno.test("Simulator, a resourceVersion of the future times out", () =>
  withSimulator(async ({ url }) => {
    const { status, headers, body } = await getJson(`${url}/api/v1/pods?resourceVersion=999`);
    assertEquals([status, body.reason, body.details.causes[0].reason, headers.get("retry-after")], [
      504,
      "Timeout",
      "ResourceVersionTooLarge",
      "1",
    ]);
  }));

Deno.test("Simulator, a label selector selects", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a", { app: "web" }));
    store.create(aPod("b", { app: "db" }));
    const { body } = await getJson(`${url}/api/v1/pods?labelSelector=${encodeURIComponent("app in (web)")}`);
    assertEquals(names(body), ["a"]);
  }));

Deno.test("Simulator, PartialObjectMetadataList contains only metadata", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("ä", { app: "web" }));
    const { body } = await getJson(`${url}/api/v1/pods`, {
      headers: {
        accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
      },
    });
    assertEquals([body.kind, body.apiVersion], ["PartialObjectMetadataList", "meta.k8s.io/v1"]);
    assertEquals(Object.keys(body.items[0]), ["kind", "apiVersion", "metadata"]);
    assertEquals([body.items[0].kind, body.items[0].metadata.name], ["PartialObjectMetadata", "ä"]);
  }));

Deno.test("Simulator, PartialObjectMetadata of a list is not acceptable", () =>
  withSimulator(async ({ url }) => {
    const { status } = await getJson(`${url}/api/v1/pods`, {
      headers: { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" },
    });
    assertEquals(status, 406);
  }));

const refused: [query: string, status: number][] = [
  ["limit=x", 400],
  ["continue=nonsense", 400],
  ["labelSelector=a===b", 400],
  ["limit=1.5", 400],
  ["fieldSelector=metadata.uid%3Dx", 400],
  ["resourceVersionMatch=Exact", 422],
  ["resourceVersionMatch=Exact&resourceVersion=0", 422],
  ["resourceVersionMatch=Exact&resourceVersion=1&continue=abc", 422],
  ["watch=1&continue=abc", 422],
  ["watch=1&resourceVersionMatch=Exact&resourceVersion=1", 422],
  ["watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", 422],
  ["sendInitialEvents=true", 422],
  ["watch=1&resourceVersionMatch=NotOlderThan", 422],
  ["watch=1&sendInitialEvents=true", 422],
];
for (const [query, expected] of refused) {
  Deno.test(`Simulator, ${query} gets ${expected}`, () =>
    withSimulator(async ({ url }) => {
      const { status, body } = await getJson(`${url}/api/v1/pods?${query}`);
      assertEquals([status, body.kind, body.code], [expected, "Status", expected]);
    }));
}

for (const query of ["limit=-1", "timeoutSeconds=-1"]) {
  Deno.test(`Simulator, ${query} limits nothing`, () =>
    withSimulator(async ({ url, store }) => {
      store.create(aPod("a"));
      assertEquals(names((await getJson(`${url}/api/v1/pods?${query}`)).body), ["a"]);
    }));
}

Deno.test("Simulator, an unknown resource of a known group is a Status", () =>
  withSimulator(async ({ url }) => {
    const { status, body } = await getJson(`${url}/api/v1/unheardof`);
    assertEquals([status, body.kind, body.reason], [404, "Status", "NotFound"]);
  }));

Deno.test("Simulator, an unknown group is not a Status", () =>
  withSimulator(async ({ url }) => {
    const response = await fetch(`${url}/apis/unheard.of/v1/things`);
    assertEquals([response.status, await response.text()], [404, "404 page not found"]);
  }));

Deno.test("Simulator, 5,000 Pods make one valid list", () =>
  withSimulator(async ({ url, store }) => {
    for (let at = 0; at < 5_000; at++) store.create(aPod(`pod-${String(at).padStart(4, "0")}`));
    const { body } = await getJson(`${url}/api/v1/pods`);
    assertEquals([body.items.length, body.items[4_999].metadata.name], [5_000, "pod-4999"]);
  }));

Deno.test("Simulator, a field selector selects the object of one name at a revision", () =>
  withSimulator(async ({ url, store }) => {
    for (const name of ["a", "b"]) store.create(aPod(name));
    const { revision } = store;
    store.patch("Pod", { namespace: "default", name: "a" }, { metadata: { labels: { x: "y" } } });
    const list = `${url}/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da`;
    const now = (await getJson(list)).body;
    const then = (await getJson(`${list}&resourceVersion=${revision}&resourceVersionMatch=Exact`)).body;
    assertEquals([now, then].map(({ items }) => items[0].metadata.resourceVersion), ["4", "2"]);
    assertEquals([names(now), names(then)], [["a"], ["a"]]);
  }));

Deno.test("Simulator, a field selector for another field than the name is refused", () =>
  withSimulator(async ({ url }) => {
    const { status } = await getJson(`${url}/api/v1/pods?fieldSelector=spec.nodeName%3Da`);
    assertEquals(status, 400);
  }));
