import { assertEquals, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import type { KindState } from "../../src/model/kind_status.ts";
import { Api, type ApiOptions, NOW } from "./api.ts";
import { smallCluster } from "./objects.ts";

const ALL = (state: KindState) => Object.fromEntries(kinds.map(({ kind }) => [kind, state]));

const READY: readonly [when: string, options: ApiOptions, status: number][] = [
  ["every kind is synced", {}, 200],
  ["a kind is still listing", { states: { Pod: "listing" } }, 503],
  ["a kind is forbidden and another absent", {
    states: { Secret: "forbidden", HorizontalPodAutoscaler: "absent" },
  }, 200],
  ["every kind is forbidden", { states: ALL("forbidden") }, 503],
  ["a kind is stale", { states: { Pod: "stale" } }, 200],
  ["every kind is stale", { states: ALL("stale") }, 200],
  ["a graph was restored and nothing is listed", {
    states: ALL("listing"),
    readiness: () => ({ shuttingDown: false, restored: true }),
  }, 200],
  ["a graph was restored that another replica follows better", {
    kindStatuses: () => kinds.map((kind) => ({ kind, state: "stale", restored: true, lastEvent: 0 })),
  }, 503],
  ["it is shutting down", { readiness: () => ({ shuttingDown: true, restored: false }) }, 503],
  ["it is shutting down after a restore", { readiness: () => ({ shuttingDown: true, restored: true }) }, 503],
];

for (const [when, options, expected] of READY) {
  Deno.test(`GET /readyz, ${expected} when ${when}`, async () => {
    const response = await new Api([], options).request("/readyz");
    await response.body?.cancel();
    assertEquals(response.status, expected);
  });

  Deno.test(`GET /readyz?verbose, its lines agree with the status when ${when}`, async () => {
    const text = await (await new Api([], options).request("/readyz?verbose")).text();
    assertEquals(/^\[-\]/m.test(text), expected !== 200);
  });
}

Deno.test("GET /readyz, 200 when every kind is forbidden in one namespace and listed in another", async () => {
  const kindStatuses = () =>
    kinds.map((kind) => ({ kind, state: "forbidden" as const, partly: true, lastEvent: NOW }));
  const response = await new Api([], { kindStatuses }).request("/readyz");
  await response.body?.cancel();
  assertEquals(response.status, 200);
});

Deno.test("GET /readyz?verbose, names every check", async () => {
  const text = await (await new Api().request("/readyz?verbose")).text();
  assertEquals(text.trim().split("\n"), [
    "[+]shutdown ok",
    "[+]graph ok",
    ...kinds.map(({ kind }) => `[+]${kind} ok`),
    "[+]persistence ok (disabled)",
    "readyz check passed",
  ]);
});

Deno.test("GET /readyz?verbose, describes persistence, which never fails the check", async () => {
  const persistence = () => ({ enabled: true, connected: false, dirtyKeys: 7, lastError: "it is gone" });
  const response = await new Api([], { persistence }).request("/readyz?verbose");
  assertStringIncludes(
    await response.text(),
    "\n[+]persistence ok (connected: false, dirtyKeys: 7, lastError: it is gone)\n",
  );
  assertEquals(response.status, 200);
});

Deno.test("GET /readyz, gives the reason for a failure without verbose", async () => {
  const kindStatuses = () =>
    kinds.map((kind) => ({ kind, state: "listing" as const, lastEvent: 0, error: "connection refused" }));
  const text = await (await new Api([], { kindStatuses }).request("/readyz")).text();
  assertEquals(text.split("\n").slice(0, 3), [
    "[+]shutdown ok",
    `[-]graph failed: ${kinds.length} of ${kinds.length} kinds are not listed yet`,
    "[-]Pod failed: not listed yet: connection refused",
  ]);
});

Deno.test("GET /readyz, answers ok as text", async () => {
  const response = await new Api().request("/readyz?verbose=false");
  assertEquals([await response.text(), response.headers.get("content-type")], [
    "ok",
    "text/plain; charset=UTF-8",
  ]);
});

Deno.test("GET /livez, does not depend on the API server", async () => {
  const api = new Api([], {
    states: ALL("listing"),
    readiness: () => ({ shuttingDown: true, restored: false }),
  });
  const response = await api.request("/livez");
  assertEquals([response.status, await response.text()], [200, "ok"]);
});

Deno.test("GET /livez?verbose, names its check", async () => {
  const text = await (await new Api().request("/livez?verbose")).text();
  assertEquals(text, "[+]ping ok\nlivez check passed\n");
});

Deno.test("GET /livez, refuses a bad value of verbose", async () => {
  assertEquals(await new Api().failure("/livez?verbose=yes"), [
    400,
    "invalid_parameter",
    'verbose "yes" must be true, false or empty',
  ]);
});

Deno.test("GET /health, has counts and the status of persistence", async () => {
  const persistence = () => ({ enabled: true, connected: false });
  const api = new Api(smallCluster(), { persistence });
  const { nodes, edges } = (await api.get("/api/v1/graph?inactive=true")).stats;
  assertEquals(await api.get("/health"), {
    status: "healthy",
    nodes,
    edges,
    synced: true,
    kinds: { listing: 0, synced: kinds.length, stale: 0, forbidden: 0, absent: 0, "too-many": 0 },
    persistence: { enabled: true, connected: false },
  });
});

const SYNCED: readonly [when: string, states: Record<string, KindState>, synced: boolean][] = [
  ["one kind is listing", { Pod: "listing" }, false],
  ["one kind is stale", { Pod: "stale" }, false],
  ["every kind is stale", ALL("stale"), false],
  ["every kind is forbidden", ALL("forbidden"), false],
  ["every kind but one is forbidden or absent", { ...ALL("forbidden"), Job: "absent", Pod: "synced" }, true],
];

for (const [when, states, expected] of SYNCED) {
  Deno.test(`GET /health, healthy and ${expected ? "synced" : "not synced"} when ${when}`, async () => {
    const { status, synced } = await new Api([], { states }).get("/health");
    assertEquals([status, synced], ["healthy", expected]);
  });
}

Deno.test("GET /api/v1/kinds, sorted, with state and count", async () => {
  const api = new Api(smallCluster(), { states: { Pod: "stale", StorageClass: "forbidden" } });
  const answer: Record<string, unknown>[] = await api.get("/api/v1/kinds");
  const names = answer.map(({ kind }) => kind);
  assertEquals([names.length, names], [kinds.length, names.toSorted()]);
  assertEquals(answer.find(({ kind }) => kind === "Pod"), {
    group: "",
    version: "v1",
    kind: "Pod",
    scope: "namespaced",
    custom: false,
    visible: "all",
    state: "stale",
    count: 3,
    lastEvent: new Date(NOW).toISOString().replace(".000", ""),
  });
});

Deno.test("GET /api/v1/kinds, has the error while it lasts, and null if nothing was received", async () => {
  const kindStatuses = () =>
    kinds.map((kind) => ({ kind, state: "forbidden" as const, lastEvent: 0, error: "may not list" }));
  const answer: Record<string, unknown>[] = await new Api([], { kindStatuses }).get("/api/v1/kinds");
  assertEquals(answer.find(({ kind }) => kind === "StorageClass"), {
    group: "storage.k8s.io",
    version: "v1",
    kind: "StorageClass",
    scope: "cluster",
    custom: false,
    visible: "all",
    state: "forbidden",
    count: 0,
    lastEvent: null,
    error: "may not list",
  });
});
