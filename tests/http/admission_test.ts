/** Who is admitted to which path, and what a stream does when rights change. */
import { assert, assertEquals } from "@std/assert";
import { type Access, AccessError, type Asker, bearerToken } from "../../src/access/access.ts";
import { differences, everyAnswer, everyPath } from "../support/every_answer.ts";
import { Watcher } from "../support/watcher.ts";
import { Api, type ApiOptions } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

/** Whether the bearer of a token may see a kind in a namespace. */
type Sees = (kind: string, namespace: string) => boolean;

interface Users {
  readonly sees: Map<string, Sees>;
  isAway: boolean;
}

function apiFor(tokens: Readonly<Record<string, Sees>>, options: ApiOptions = {}) {
  const users: Users = { sees: new Map(Object.entries(tokens)), isAway: false };
  const known = new Map<Sees, Asker>();
  const access: Access = {
    mode: "kubernetes",
    ask(credentials) {
      const token = bearerToken(credentials);
      const sees = users.sees.get(token);
      if (users.isAway) throw new AccessError("unavailable", "nobody answers");
      if (sees === undefined) throw new AccessError("unauthenticated", "not known");
      let asker = known.get(sees);
      if (asker === undefined) {
        const permits = ({ kind }: { kind: string }, namespace: string) => sees(kind, namespace);
        const graph = api.graph.read.seenBy({ permits, extentOf: () => "some" });
        known.set(
          sees,
          asker = { name: `user of ${token}`, graph, rights: `rights-${known.size}`, namespaces: ["web"] },
        );
      }
      return asker;
    },
    mayReadMetrics(credentials) {
      const token = bearerToken(credentials);
      return Promise.resolve(token === "prometheus");
    },
  };
  const api: Api = new Api(smallCluster(), { access, ...options });
  const ask = (token: string, path: string, init: RequestInit = {}) =>
    api.request(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  return { api, users, ask };
}

const all: Sees = () => true;
const PATHS = [
  "/api/v1/graph",
  "/api/v1/watch",
  "/api/v1/resources/x",
  "/openapi.json",
  "/api/v1/kinds",
  "/metrics",
];

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

for (const path of PATHS) {
  Deno.test(`GET ${path}, 401 without a token`, async () => {
    const response = await apiFor({}).api.request(path);
    const { error } = await response.json();
    assertEquals([response.status, error.code], [401, "unauthenticated"]);
    assertEquals(response.headers.get("www-authenticate"), "Bearer");
  });
}

const BAD: readonly [what: string, authorization: string][] = [
  ["a wrong token", "Bearer wrong"],
  ["a token of 100 KB", `Bearer ${"a".repeat(100_000)}`],
  ["a token with a space", "Bearer a b"],
  ["no token", "Bearer "],
  ["a password", "Basic YTpi"],
];

for (const [what, authorization] of BAD) {
  for (const path of ["/api/v1/graph", "/health", "/livez"]) {
    Deno.test(`GET ${path}, 401 with ${what}`, async () => {
      const { api } = apiFor({ right: all });
      assertEquals(await statusOf(api.request(path, { headers: { authorization } })), 401);
    });
  }
}

Deno.test("Probes, are open, and tell somebody unknown nothing of the cluster", async () => {
  const { api } = apiFor({}, { states: { Pod: "listing" } });
  assertEquals(await statusOf(api.request("/livez")), 200);
  const text = await (await api.request("/readyz?verbose")).text();
  assertEquals([text.includes("[-]Pod failed: reason withheld"), text.includes("not listed yet")], [
    true,
    false,
  ]);
  assertEquals(await api.get("/health"), {
    status: "healthy",
    synced: false,
    persistence: { enabled: false },
  });
});

Deno.test("GET /health, counts what exists for the asker", async () => {
  const { ask, api } = apiFor({ all, pods: (kind) => kind === "Pod" });
  const [whole, some] = [
    await (await ask("all", "/health")).json(),
    await (await ask("pods", "/health")).json(),
  ];
  assertEquals([whole.nodes, whole.edges], [api.graph.read.resourceCount, api.graph.read.relationCount]);
  assertEquals([some.nodes, some.edges], [3, 0]);
});

Deno.test("GET /metrics, is for those who may read it, or for everybody", async () => {
  const { ask } = apiFor({ ann: all });
  assertEquals([await statusOf(ask("ann", "/metrics")), await statusOf(ask("prometheus", "/metrics"))], [
    403,
    200,
  ]);
  const { api } = apiFor({}, { metricsOpen: true });
  assertEquals(await statusOf(api.request("/metrics")), 200);
});

Deno.test("Answers, are kept from shared caches and other sites", async () => {
  const { ask } = apiFor({ ann: all });
  for (const path of ["/api/v1/graph", "/api/v1/kinds", "/api/v1/problems"]) {
    const { headers, body } = await ask("ann", path);
    await body?.cancel();
    assertEquals(headers.get("vary"), "accept-encoding, authorization", path);
    assert(headers.get("cache-control")?.startsWith("private"), path);
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
  }
});

Deno.test("Answers, of askers with other rights are never mixed up, cached or not, by path or by ETag", async () => {
  const pods: Sees = (kind) => kind === "Pod";
  const services: Sees = (kind) => kind === "Service";
  const { ask, api } = apiFor({ all, pods, services });
  const uids = [...api.graph.read.select({ inactive: true })].map((row) => api.graph.read.uid(row)).slice(
    0,
    6,
  );
  const paths = everyPath({ uids, namespaces: ["web", "data"], releases: ["web/shop"], targets: [] });
  const alone = new Map<string, Map<string, string>>();
  for (const [token, sees] of Object.entries({ all, pods, services })) {
    const own = apiFor({ [token]: sees });
    alone.set(token, await everyAnswer((path) => own.ask(token, path), paths));
  }
  for (const round of [1, 2]) {
    for (const token of ["all", "pods", "services"]) {
      const answers = await everyAnswer((path) => ask(token, path), paths);
      assertEquals(differences(answers, alone.get(token)!), [], `round ${round}, ${token}`);
    }
  }
  const etag = (await ask("pods", "/api/v1/graph")).headers.get("etag") ?? "";
  assertEquals(await statusOf(ask("pods", "/api/v1/graph", { headers: { "if-none-match": etag } })), 304);
  assertEquals(await statusOf(ask("services", "/api/v1/graph", { headers: { "if-none-match": etag } })), 200);
});

Deno.test("The log, names the user of each request, and never the token", async () => {
  const { ask, api } = apiFor({ secret: all });
  await statusOf(ask("secret", "/api/v1/graph"));
  await statusOf(ask("secret-and-wrong", "/api/v1/graph"));
  const lines = api.log.lines.filter((line) => line.includes("Answered"));
  assertEquals(lines.map((line) => /"user":"[^"]*","status":\d+/.exec(line)?.[0]), [
    '"user":"user of secret","status":200',
    '"user":"","status":401',
  ]);
  assertEquals(lines.some((line) => line.includes("secret-and-wrong")), false);
});

Deno.test("A user, may have twenty streams, and others still have theirs", async () => {
  const { ask } = apiFor({ ann: all, bob: () => true });
  const streams = [];
  for (let i = 0; i < 20; i++) streams.push(await ask("ann", "/api/v1/watch?only=rv"));
  assertEquals(streams.map(({ status }) => status), Array(20).fill(200));
  assertEquals(await statusOf(ask("ann", "/api/v1/watch?only=rv")), 429);
  assertEquals(await statusOf(ask("bob", "/api/v1/watch?only=rv")), 200);
  for (const { body } of streams) await body?.cancel();
  assertEquals(await statusOf(ask("ann", "/api/v1/watch?only=rv")), 200);
});

/** Lets microtasks run. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

async function follow(ask: ReturnType<typeof apiFor>["ask"], token: string, query = ""): Promise<Watcher> {
  const { body } = await ask(token, `/api/v1/watch?${query}`);
  const watcher = new Watcher(body!);
  await watcher.read();
  return watcher;
}

function names({ picture }: Watcher): string[] {
  return picture.nodes.map(({ name }) => String(name)).sort();
}

Deno.test("A stream, shows what appears and disappears when rights are given and taken", async () => {
  const { ask, users, api } = apiFor({ ann: (kind) => kind === "Pod" });
  const watcher = await follow(ask, "ann");
  const pods = names(watcher);
  users.sees.set("ann", (kind) => kind === "Pod" || kind === "Service");
  for (
    const [sees, expected] of [
      [(kind: string) => kind === "Pod" || kind === "Service", true],
      [(kind: string) => kind === "Service", false],
    ] as const
  ) {
    users.sees.set("ann", sees);
    const reading = watcher.read();
    api.clock.advance(10_000);
    await turns();
    await reading;
    assertEquals(pods.every((name) => names(watcher).includes(name)), expected);
    assertEquals(names(watcher).includes("nobody"), true);
  }
  await watcher.cancel();
});

Deno.test("A stream, ends when the token is revoked", async () => {
  const { ask, users, api } = apiFor({ ann: all });
  const response = await ask("ann", "/api/v1/watch");
  const reader = response.body!.getReader();
  await reader.read();
  users.sees.delete("ann");
  api.clock.advance(10_000);
  await turns();
  while (!(await reader.read()).done);
  assertEquals(api.watchClients.count, 0);
  assertEquals(api.views.size, 1);
});

Deno.test("A stream, says nothing when only something hidden changes", async () => {
  const { ask, api } = apiFor({ ann: (kind) => kind === "Pod", all });
  api.put(object("Pod", "web/canary-user", { spec: { volumes: [{ configMap: { name: "canary" } }] } }));
  const [limited, whole] = [await follow(ask, "ann"), await follow(ask, "all")];
  const before = limited.messages.length;
  api.put(object("ConfigMap", "web/canary"));
  const reading = whole.read();
  let heard = false;
  limited.read().then(() => heard = true, () => {});
  api.clock.advance(300);
  await turns();
  await reading;
  assertEquals(whole.messages.at(-1)?.deltas.length! > 1, true);
  assertEquals([heard, limited.messages.length], [false, before]);
  // What is visible is still heard.
  api.put(object("Pod", "web/another"));
  api.clock.advance(300);
  await turns();
  assertEquals(heard, true);
  await Promise.all([limited.cancel(), whole.cancel()]);
});
