/** The change stream, without sockets: what a client is sent, and when. */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { pictureOf, Watcher } from "../support/watcher.ts";
import { Api } from "./api.ts";
import { object, smallCluster, uidOf } from "./objects.ts";

const EVENTS = { headers: { accept: "text/event-stream" } };

/** Whether the promise settles before all tasks that are due have run. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  return settled;
}

async function watch(api: Api, query = "", init: RequestInit = {}): Promise<Watcher> {
  const { body, status } = await api.request(`/api/v1/watch?${query}`, init);
  assertEquals(status, 200);
  return new Watcher(body!);
}

/** Reads the chunk that becomes ready within so many milliseconds. */
async function readWithin(api: Api, watcher: Watcher, milliseconds: number): Promise<boolean> {
  const reading = watcher.read();
  for (let passed = 0; passed < milliseconds; passed += 50) {
    if (await settles(reading)) return true;
    api.clock.advance(50);
  }
  return await settles(reading);
}

function ops({ messages }: Watcher): unknown[] {
  return messages.flatMap(({ deltas }) => deltas.map((delta) => delta.op));
}

Deno.test("GET /api/v1/watch, a snapshot comes first, and equals the graph", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "labels=true");
  await watcher.read();
  const graph = await api.get("/api/v1/graph?labels=true");
  assertEquals(watcher.picture, pictureOf(graph));
  assertEquals([watcher.rv, ops(watcher)[0]], [graph.rv, "scope_changed"]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, nodes are those of the graph without an age", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "kind=Pod");
  await watcher.read();
  const { nodes } = await api.get("/api/v1/graph?kind=Pod");
  for (const node of nodes) delete node.metadata.age;
  assertEquals(
    watcher.picture.nodes.map((node) => JSON.stringify(node)).sort(),
    nodes.map(JSON.stringify).sort(),
  );
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a change comes within 250 ms, and is the only one", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api);
  await watcher.read();
  api.put(object("ConfigMap", "shop/new"));
  assertEquals(await readWithin(api, watcher, 250), true);
  const { deltas, partial, rv } = watcher.messages.at(-1)!;
  assertEquals([deltas.map(({ op }) => op), partial, rv], [["upsert_node"], undefined, api.graph.read.rv]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a Pod comes again when its node becomes not ready, and when it recovers", async () => {
  const node = (status: string) =>
    object("Node", "node-1", { status: { conditions: [{ type: "Ready", status }] } });
  const pod = object("Pod", "n/web", {
    spec: { nodeName: "node-1", containers: [{ name: "app", image: "app:1" }] },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [{ name: "app", ready: true, state: { running: {} } }],
    },
  });
  const api = new Api([node("True"), pod, object("ServiceAccount", "n/default")]);
  const watcher = await watch(api, "kind=Pod");
  await watcher.read();
  const said = (list: readonly unknown[]) => list.map((it) => (it as { message: string }).message);
  const fromOutside = "Its containers are ready, but Ready was set to False from outside";
  assertEquals(said(watcher.picture.nodes), [fromOutside]);
  for (
    const [status, expected] of [["Unknown", "Its containers are ready, but its node is not"], [
      "True",
      fromOutside,
    ]] as const
  ) {
    api.put(node(status));
    assertEquals(await readWithin(api, watcher, 250), true);
    assertEquals(said(watcher.picture.nodes), [expected]);
    assertEquals(watcher.picture, pictureOf(await api.get("/api/v1/graph?kind=Pod")));
    assertEquals(said(await api.get("/api/v1/resources?kind=Pod")), [expected]);
  }
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, with q a change comes within a second", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "q=new");
  await watcher.read();
  api.put(object("ConfigMap", "shop/new"));
  assertEquals(await readWithin(api, watcher, 1_000), true);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, resources that a filter does not match are never mentioned", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "namespace=lab");
  await watcher.read();
  for (const name of ["canary-1", "canary-2"]) api.put(object("Pod", `shop/${name}`));
  api.graph.remove("pod-canary-1");
  api.put(object("ConfigMap", "lab/sign"));
  await readWithin(api, watcher, 250);
  assertEquals([watcher.received.includes("canary"), watcher.received.includes("sign")], [false, true]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, of relations that leave a filtered namespace neither edge nor uid is sent", async () => {
  const binding = object("RoleBinding", "lab/binding", {
    roleRef: { kind: "Role", name: "reader" },
    subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "canary" }],
  });
  const route = object("HTTPRoute", "lab/route", {
    spec: { rules: [{ backendRefs: [{ kind: "Service", namespace: "shop", name: "canary", port: 80 }] }] },
  });
  const outside = [object("ServiceAccount", "shop/canary"), object("Service", "shop/canary", { spec: {} })];
  const api = new Api([binding, route, object("Role", "lab/reader"), ...outside]);
  const watcher = await watch(api, "namespace=lab&labels=true");
  await watcher.read();
  for (const it of outside) api.graph.remove(uidOf(it.kind, "canary"));
  await readWithin(api, watcher, 250);
  for (const it of outside) api.put(it);
  api.put(object("ConfigMap", "lab/sign"));
  await readWithin(api, watcher, 250);
  assertEquals(watcher.picture.edges.length, 1);
  assertEquals([watcher.received.includes("canary"), watcher.received.includes("sign")], [false, true]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a resource that starts to match is added, and one that ceases to match is removed", async () => {
  const api = new Api([object("ConfigMap", "n/a", { labels: { app: "web" } })]);
  const watcher = await watch(api, "labelSelector=app%3Dweb");
  await watcher.read();
  api.put(object("ConfigMap", "n/a"));
  await readWithin(api, watcher, 250);
  api.put(object("ConfigMap", "n/a", { labels: { app: "web" } }));
  await readWithin(api, watcher, 250);
  assertEquals(ops(watcher), ["scope_changed", "upsert_node", "remove_node", "upsert_node"]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a filter that matches nothing says so and stays open", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "namespace=nowhere");
  await watcher.read();
  assertEquals([ops(watcher), watcher.isPartial, watcher.isEnded], [["scope_changed"], false, false]);
  api.put(object("ConfigMap", "nowhere/x"));
  await readWithin(api, watcher, 250);
  assertEquals(ops(watcher), ["scope_changed", "upsert_node"]);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a client that resumes gets the changes that it missed", async () => {
  const api = new Api(smallCluster());
  const first = await watch(api);
  await first.read();
  await first.cancel();
  api.clock.advance(30_000);
  api.put(object("ConfigMap", "shop/new"));
  const { body } = await api.request(`/api/v1/watch?rv=${first.rv}`);
  const second = first.resume(body!);
  await second.read();
  assertEquals(ops(second), ["upsert_node"]);
  assertEquals(second.picture, pictureOf(await api.get("/api/v1/graph")));
  await second.cancel();
});

Deno.test("GET /api/v1/watch, a client that comes from a graph answer resumes", async () => {
  const api = new Api(smallCluster());
  const { rv } = await api.get("/api/v1/graph");
  const watcher = await watch(api, `rv=${rv}`);
  const reading = watcher.read();
  api.put(object("ConfigMap", "shop/new"));
  api.clock.advance(250);
  await reading;
  await readWithin(api, watcher, 250);
  assertEquals(ops(watcher), ["upsert_node"]);
  await watcher.cancel();
});

for (
  const [what, rv] of [
    ["another server", "123456789000000000001"],
    ["the future", "future"],
    ["nobody", "nonsense"],
    ["the empty string", ""],
    ["a view that has expired", "expired"],
  ] as const
) {
  Deno.test(`GET /api/v1/watch, a revision of ${what} starts over in the stream`, async () => {
    const api = new Api(smallCluster());
    const first = await watch(api);
    await first.read();
    await first.cancel();
    if (rv === "expired") {
      api.clock.advance(61_000);
      api.put(object("ConfigMap", "shop/new"));
    }
    const given = rv === "expired"
      ? first.rv
      : rv === "future"
      ? api.graph.read.formatRevision(api.graph.read.revision + 1)
      : rv;
    const watcher = await watch(api, `rv=${given}`);
    await watcher.read();
    assertEquals(ops(watcher)[0], "scope_changed");
    await watcher.cancel();
  });
}

Deno.test("GET /api/v1/watch, only the last message of a batch has an id in server-sent events", async () => {
  const api = new Api(Array.from({ length: 500 }, (_, i) => object("ConfigMap", `n/c-${i}`)));
  const response = await api.request("/api/v1/watch", EVENTS);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const watcher = new Watcher(response.body!);
  do await watcher.read(); while (watcher.isPartial);
  const { messages } = watcher;
  assertEquals(messages.length > 1, true);
  assertEquals(
    messages.map(({ id, partial }) => (id === undefined) === (partial === true)).includes(false),
    false,
  );
  assertEquals(messages.at(-1)?.id, api.graph.read.rv);
  assertEquals(watcher.picture, pictureOf(await api.get("/api/v1/graph")));
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, Last-Event-ID beats rv", async () => {
  const api = new Api(smallCluster());
  const first = await watch(api, "", EVENTS);
  await first.read();
  api.put(object("ConfigMap", "shop/new"));
  const headers = { ...EVENTS.headers, "last-event-id": first.rv! };
  const watcher = await watch(api, "rv=123456789000000000001", { headers });
  await watcher.read();
  assertEquals(ops(watcher), ["upsert_node"]);
  await watcher.cancel();
  await first.cancel();
});

Deno.test("GET /api/v1/watch, a Last-Event-ID of another server starts over in the stream", async () => {
  const api = new Api(smallCluster());
  const headers = { ...EVENTS.headers, "last-event-id": "123456789000000000001" };
  const watcher = await watch(api, `rv=${api.graph.read.rv}`, { headers });
  await watcher.read();
  assertEquals(ops(watcher)[0], "scope_changed");
  assertEquals(watcher.picture, pictureOf(await api.get("/api/v1/graph")));
  await watcher.cancel();
});

for (const [format, init] of [["events", EVENTS], ["lines", {}]] as const) {
  Deno.test(`GET /api/v1/watch, a client that was cut off inside a batch of ${format} resumes`, async () => {
    const many = (version: string) =>
      Array.from({ length: 500 }, (_, i) => object("ConfigMap", `n/c-${i}`, { labels: { version } }));
    const api = new Api(many("old"));
    const first = await watch(api, "labels=true", init);
    do await first.read(); while (first.isPartial);
    for (const it of many("new")) api.put(it);
    api.graph.remove(uidOf("ConfigMap", "c-7"));
    const count = first.messages.length;
    await readWithin(api, first, 250);
    assertEquals([first.messages.length, first.isPartial], [count + 1, true]);
    await first.cancel();

    const { body } = await api.request(`/api/v1/watch?labels=true&rv=${first.rv}`, init);
    const resumed = first.resume(body!);
    do await resumed.read(); while (resumed.isPartial);
    assertEquals(ops(resumed).includes("scope_changed"), false);
    assertEquals(resumed.picture, pictureOf(await api.get("/api/v1/graph?labels=true")));
    await resumed.cancel();
  });
}

Deno.test("GET /api/v1/watch, a proxy that cuts after a minute of silence cuts nothing", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "", EVENTS);
  await watcher.read();
  for (let minute = 0; minute < 20; minute++) {
    const before = watcher.received.length;
    assertEquals(await readWithin(api, watcher, 59_000), true);
    assertEquals([watcher.isEnded, watcher.received.length > before], [false, true]);
  }
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, only=rv sends revisions, at most every 250 ms", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "only=rv");
  await watcher.read();
  for (let i = 0; i < 5; i++) api.put(object("ConfigMap", `shop/new-${i}`));
  await readWithin(api, watcher, 250);
  assertEquals(watcher.messages.map(({ deltas }) => deltas), [[], []]);
  assertEquals(watcher.rv, api.graph.read.rv);
  assertNotEquals(watcher.messages[0]?.rv, watcher.rv);
  assertEquals(await readWithin(api, watcher, 5_000), false);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, sends a sign of life after fifteen seconds of silence", async () => {
  for (const [init, sign] of [[{}, "\n"], [EVENTS, ":\n\n"]] as const) {
    const api = new Api(smallCluster());
    const watcher = await watch(api, "", init);
    await watcher.read();
    const before = watcher.received.length;
    assertEquals(await readWithin(api, watcher, 14_900), false);
    api.clock.advance(300);
    await settles(Promise.resolve());
    assertEquals(watcher.received.slice(before), sign);
    await watcher.cancel();
  }
});

Deno.test("GET /api/v1/watch, after silence a stale kind is named", async () => {
  const states: Record<string, "stale" | "synced"> = {};
  const api = new Api(smallCluster(), { states });
  const watcher = await watch(api, "kind=Pod");
  await watcher.read();
  states.Pod = "stale";
  await readWithin(api, watcher, 16_000);
  assertEquals(watcher.messages.at(-1), { rv: api.graph.read.rv, deltas: [], stale: ["Pod"] });
  await readWithin(api, watcher, 16_000);
  assertEquals(watcher.messages.length, 2);
  states.Pod = "synced";
  await readWithin(api, watcher, 16_000);
  assertEquals(watcher.messages.at(-1)?.stale, []);
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a stream ends after half an hour, with the time to wait", async () => {
  const api = new Api(smallCluster());
  const watcher = await watch(api, "", EVENTS);
  const following = watcher.follow();
  for (let i = 0; i < 35 * 60 && !watcher.isEnded; i++) {
    api.clock.advance(1_000);
    await settles(Promise.resolve());
  }
  await following;
  assertMatch(watcher.received, /\nretry: \d+\n\n$/);
  assertEquals(api.watchClients.count, 0);
});

Deno.test("GET /api/v1/watch, the 101st client gets 503, until another one has gone", async () => {
  const api = new Api(smallCluster());
  const watchers = [];
  for (let i = 0; i < 100; i++) watchers.push(await watch(api, `q=${i % 7}`));
  const response = await api.request("/api/v1/watch");
  assertEquals([response.status, response.headers.get("retry-after"), (await response.json()).error.code], [
    503,
    "5",
    "busy",
  ]);
  await watchers[0]?.cancel();
  watchers.push(await watch(api));
  for (const watcher of watchers) await watcher.cancel();
  assertEquals(api.watchClients.count, 0);
});

Deno.test("GET /api/v1/watch, a place is taken until the server has completed the response", async () => {
  const api = new Api(smallCluster());
  const { promise: completed, resolve } = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<void>();
  for (const it of [completed, broken.promise]) {
    const info = { completed: it } as unknown as Deno.ServeHandlerInfo;
    const response = await api.fetch(new Request("http://localhost/api/v1/watch"), info);
    await response.body?.cancel();
  }
  assertEquals(api.watchClients.count, 2);
  resolve();
  await settles(completed);
  assertEquals(api.watchClients.count, 1);
  broken.reject(new Error("The connection broke"));
  await settles(broken.promise);
  assertEquals(api.watchClients.count, 0);
});

Deno.test("GET /api/v1/watch, clients with equal filters share a view, which lives for another minute", async () => {
  const api = new Api(smallCluster());
  const watchers = [
    await watch(api, "namespace=shop&namespace=lab&kind=Pod"),
    await watch(api, "kind=Pod&namespace=lab&namespace=shop&labels=true"),
    await watch(api, "kind=Pod&namespace=lab"),
  ];
  assertEquals([api.views.size, api.watchClients.count], [2, 3]);
  for (const watcher of watchers) await watcher.cancel();
  api.clock.advance(59_000);
  assertEquals(api.views.size, 2);
  api.clock.advance(2_000);
  assertEquals(api.views.size, 0);
});

Deno.test("GET /api/v1/watch, HEAD has no body and takes no place", async () => {
  const api = new Api(smallCluster());
  const response = await api.request("/api/v1/watch", { method: "HEAD" });
  assertEquals([response.status, response.body, api.watchClients.count], [200, null, 0]);
});

Deno.test("GET /api/v1/watch, is not compressed and not cached", async () => {
  const api = new Api(smallCluster());
  const headers = { accept: "text/event-stream", "accept-encoding": "gzip" };
  const response = await api.request("/api/v1/watch", { headers });
  await response.body?.cancel();
  const names = ["content-encoding", "cache-control", "vary"];
  assertEquals(names.map((name) => response.headers.get(name)), [null, "no-cache, no-transform", "accept"]);
});

for (const accept of ["text/event-stream", "text/html, TEXT/EVENT-STREAM;q=0.5"]) {
  Deno.test(`GET /api/v1/watch, ${accept} asks for events`, async () => {
    const response = await new Api().request("/api/v1/watch", { headers: { accept } });
    await response.body?.cancel();
    assertEquals(response.headers.get("content-type"), "text/event-stream");
  });
}

for (const accept of ["*/*", "application/json", "text/event-stream;q=0"]) {
  Deno.test(`GET /api/v1/watch, ${accept} asks for lines`, async () => {
    const response = await new Api().request("/api/v1/watch", { headers: { accept } });
    await response.body?.cancel();
    assertEquals(response.headers.get("content-type"), "application/x-ndjson");
  });
}

Deno.test("GET /api/v1/watch, refuses unknown parameters and bad values", async () => {
  for (const query of ["nonsense=1", "kind=X", "only=x", "labels=x"]) {
    const [status, code] = await new Api().failure(`/api/v1/watch?${query}`);
    assertEquals([query, status, code], [query, 400, "invalid_parameter"]);
  }
});

Deno.test("GET /api/v1/watch, when the server stops every stream ends", async () => {
  const api = new Api(smallCluster());
  const watchers = [await watch(api, "", EVENTS), await watch(api)];
  const following = watchers.map((watcher) => watcher.follow());
  await settles(Promise.resolve());
  api.watchClients.close();
  await Promise.all(following);
  assertMatch(watchers[0]!.received, /retry: \d+\n\n$/);
});

Deno.test("GET /api/v1/watch, a client that falls off the ring starts over in the same stream", async () => {
  const api = new Api(smallCluster(), { ringBytesMax: 2_000 });
  const watcher = await watch(api);
  await watcher.read();
  for (let i = 0; i < 50; i++) {
    api.put(object("ConfigMap", `shop/new-${i}`));
    api.clock.advance(250);
  }
  await watcher.read();
  assertEquals(ops(watcher).filter((op) => op === "scope_changed").length, 2);
  assertEquals(watcher.picture, pictureOf(await api.get("/api/v1/graph")));
  await watcher.cancel();
});

Deno.test("GET /api/v1/watch, a reader that wakes up gets only the latest state", async () => {
  const api = new Api([object("ConfigMap", "n/a")]);
  const watcher = await watch(api, "labels=true");
  await watcher.read();
  for (let i = 0; i < 20; i++) {
    api.put(object("ConfigMap", "n/a", { labels: { version: `v${i}` } }));
    api.clock.advance(250);
  }
  await watcher.read();
  assertEquals(ops(watcher), ["scope_changed", "upsert_node", "upsert_node"]);
  assertEquals(watcher.picture, pictureOf(await api.get("/api/v1/graph?labels=true")));
  await watcher.cancel();
});
