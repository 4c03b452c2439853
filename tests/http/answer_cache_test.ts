import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { AnswerCache } from "../../src/http/answer_cache.ts";
import { jsonBytes } from "../../src/http/route.ts";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

/** A graph whose answers are more than a megabyte. */
function largeApi(): Api {
  return new Api(Array.from({ length: 5_000 }, (_, i) => object("ConfigMap", `n/bulky-${i}`)));
}

async function etagOf(api: Api, path = "/api/v1/graph"): Promise<string> {
  const response = await api.request(path);
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}

for (
  const path of ["graph", "resources", "resources/pod-db-0", "releases", "charts", "namespaces", "problems"]
) {
  Deno.test(`AnswerCache, /api/v1/${path} has a weak ETag and answers 304 to it`, async () => {
    const api = new Api(smallCluster());
    const etag = await etagOf(api, `/api/v1/${path}`);
    assertMatch(etag, /^W\/"[^"]+"$/);
    const again = await api.request(`/api/v1/${path}`, { headers: { "if-none-match": etag } });
    assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
  });
}

Deno.test("AnswerCache, If-None-Match may be a list, strong, or a star", async () => {
  const api = new Api(smallCluster());
  const etag = await etagOf(api);
  const statuses = await Promise.all(
    [`"x", ${etag}`, etag.slice(2), "*", '"x"', ""].map(async (value) => {
      const response = await api.request("/api/v1/graph", { headers: { "if-none-match": value } });
      await response.body?.cancel();
      return response.status;
    }),
  );
  assertEquals(statuses, [304, 304, 304, 200, 200]);
});

Deno.test("AnswerCache, If-None-Match does not change the answer to a bad query or a missing resource", async () => {
  const api = new Api(smallCluster());
  const headers = { "if-none-match": `*, ${await etagOf(api)}` };
  const statuses = await Promise.all(
    ["graph?bogus=1", "resources/none", "resources", "graph"].map(async (path) =>
      (await api.request(`/api/v1/${path}`, { headers })).status
    ),
  );
  assertEquals(statuses, [400, 404, 304, 304]);
});

Deno.test("AnswerCache, HEAD answers 304 too", async () => {
  const api = new Api(smallCluster());
  const headers = { "if-none-match": await etagOf(api) };
  assertEquals((await api.request("/api/v1/graph", { method: "HEAD", headers })).status, 304);
});

Deno.test("AnswerCache, forgets short answers when their URLs are long", async () => {
  const api = new Api();
  const answers = new AnswerCache({ graph: api.graph.read, clock: api.clock, log: api.log });
  let built = 0;
  const ask = (key: string) =>
    answers.respond({ method: "GET", key, rights: "", headers: new Headers() }, () => {
      built++;
      return { bytes: jsonBytes([]) };
    });
  await ask("/first");
  for (let i = 0; i < 3_000; i++) await ask(`/${"x".repeat(8_000)}${i}`);
  await ask("/first");
  assertEquals(built, 3_002);
});

Deno.test("AnswerCache, the ETag changes with the graph", async () => {
  const api = new Api(smallCluster());
  const before = await etagOf(api);
  api.put(object("ConfigMap", "shop/new"));
  assertNotEquals(await etagOf(api), before);
});

Deno.test("AnswerCache, the ETag stays the same when an unchanged object is seen again", async () => {
  const api = new Api(smallCluster());
  const before = await etagOf(api);
  for (const same of smallCluster()) api.put(same);
  assertEquals(await etagOf(api), before);
});

Deno.test("AnswerCache, the ETag changes with the minute, as ages do", async () => {
  const api = new Api(smallCluster());
  const etags = [await etagOf(api)];
  for (const seconds of [59, 1]) {
    api.clock.advance(seconds * 1000);
    etags.push(await etagOf(api));
  }
  assertEquals([etags[0] === etags[1], etags[1] === etags[2]], [true, false]);
});

Deno.test("AnswerCache, the ETag differs between processes", async () => {
  assertNotEquals(await etagOf(new Api()), await etagOf(new Api()));
});

Deno.test("AnswerCache, the ETag changes when a kind is no longer synced", async () => {
  const api = new Api(smallCluster());
  const before = await etagOf(api);
  const pod = api.graph.read.kinds.find(({ kind }) => kind === "Pod");
  assert(pod);
  api.graph.setSynced(pod, false);
  assertNotEquals(await etagOf(api), before);
});

Deno.test("AnswerCache, the same URL shows the changed graph", async () => {
  const api = new Api(smallCluster());
  const before = await api.names("/api/v1/graph?kind=ConfigMap");
  api.put(object("ConfigMap", "shop/new"));
  assertEquals([before, await api.names("/api/v1/graph?kind=ConfigMap")], [["settings"], [
    "new",
    "settings",
  ]]);
});

Deno.test("AnswerCache, every URL has its own answer", async () => {
  const api = new Api(smallCluster());
  const counts = [];
  for (const kind of ["Pod", "Service", "Pod"]) {
    counts.push((await api.names(`/api/v1/graph?kind=${kind}&namespace=shop`)).length);
  }
  assertEquals(counts, [2, 1, 2]);
});

Deno.test("AnswerCache, the Host header does not change the answer of a URL", async () => {
  const api = largeApi();
  const select = api.graph.read.select.bind(api.graph.read);
  let selections = 0;
  Object.defineProperty(api.graph.read, "select", {
    value: (filter: Parameters<typeof select>[0]) => (selections++, select(filter)),
  });
  const hosts = ["localhost", "127.0.0.1:80", "other.example"];
  const responses = await Promise.all(hosts.map((host) => api.request(`http://${host}/api/v1/graph`)));
  const etags = new Set(responses.map(({ headers }) => headers.get("etag")));
  for (const response of responses) await response.body?.cancel();
  assertEquals([selections, etags.size], [1, 1]);
});

Deno.test("AnswerCache, a refused request is refused again", async () => {
  const api = new Api(smallCluster());
  const failures = [await api.failure("/api/v1/graph?kind=X"), await api.failure("/api/v1/graph?kind=X")];
  assertEquals(failures.map(([status]) => status), [400, 400]);
});

Deno.test("AnswerCache, compressed when asked, and the same", async () => {
  const api = new Api(smallCluster());
  const plain = await (await api.request("/api/v1/graph")).text();
  const response = await api.request("/api/v1/graph", { headers: { "accept-encoding": "br, gzip" } });
  assertEquals(response.headers.get("content-encoding"), "gzip");
  assertMatch(response.headers.get("vary") ?? "", /accept-encoding/i);
  const text = await new Response(response.body?.pipeThrough(new DecompressionStream("gzip"))).text();
  assertEquals(text, plain);
});

for (const encoding of ["identity", "br", "gzip;q=0", "*;q=0.0", "gzip;q=0, *"]) {
  Deno.test(`AnswerCache, not compressed for ${encoding}`, async () => {
    const headers = { "accept-encoding": encoding };
    const response = await new Api(smallCluster()).request("/api/v1/graph", { headers });
    await response.body?.cancel();
    assertEquals(response.headers.get("content-encoding"), null);
  });
}

Deno.test("AnswerCache, short answers are not compressed", async () => {
  const response = await new Api().request("/api/v1/graph", { headers: { "accept-encoding": "gzip" } });
  await response.body?.cancel();
  assertEquals(response.headers.get("content-encoding"), null);
});

Deno.test("AnswerCache, HEAD gives the length of the body of GET", async () => {
  const api = new Api(smallCluster());
  const { length } = new Uint8Array(await (await api.request("/api/v1/graph")).arrayBuffer());
  const head = await api.request("/api/v1/graph", { method: "HEAD" });
  assertEquals(head.headers.get("content-length"), String(length));
});

Deno.test("AnswerCache, a large answer is complete", async () => {
  const response = await largeApi().request("/api/v1/resources");
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert(bytes.length > 1 << 20);
  assertEquals(response.headers.get("content-length"), String(bytes.length));
  assertEquals(JSON.parse(new TextDecoder().decode(bytes)).length, 5_000);
});

Deno.test("AnswerCache, a large answer does not change with the graph while it is sent", async () => {
  const api = largeApi();
  const response = await api.request("/api/v1/graph");
  api.graph.remove("configmap-bulky-4999");
  const { nodes, stats } = await response.json();
  assertEquals([nodes.length, stats.nodes], [5_000, 5_000]);
});

Deno.test("AnswerCache, requests for the same large answer share it", async () => {
  const api = largeApi();
  const select = api.graph.read.select.bind(api.graph.read);
  let selections = 0;
  Object.defineProperty(api.graph.read, "select", {
    value: (filter: Parameters<typeof select>[0]) => (selections++, select(filter)),
  });
  const responses = await Promise.all([1, 2, 3].map(() => api.request("/api/v1/graph")));
  for (const response of responses) await response.body?.cancel();
  assertEquals(selections, 1);
});

for (const path of ["/openapi.json", "/api/v1/kinds"]) {
  Deno.test(`AnswerCache, ${path} is compressed when asked`, async () => {
    const api = new Api();
    const response = await api.request(path, { headers: { "accept-encoding": "gzip" } });
    const { headers } = response;
    assertEquals([headers.get("content-encoding"), headers.get("vary")], ["gzip", "accept-encoding"]);
    const plain = response.body?.pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(plain).json(), await api.get(path));
  });
}

Deno.test("AnswerCache.respondInSlices() shares one build among all concurrent requests", async () => {
  const api = new Api(smallCluster());
  const cache = new AnswerCache({ graph: api.graph.read, clock: api.clock, log: api.log });
  const { promise, resolve } = Promise.withResolvers<void>();
  let builds = 0;
  const ask = () =>
    cache.respondInSlices({ method: "GET", key: "/sums", rights: "", headers: new Headers() }, async () => {
      builds++;
      await promise;
      return { bytes: jsonBytes(["sums"]) };
    });
  const answers = [ask(), ask()];
  resolve();
  const texts = await Promise.all(answers.map(async (answer) => await (await answer).json()));
  assertEquals([texts, builds, await (await ask()).json(), builds], [[["sums"], ["sums"]], 1, ["sums"], 1]);
});

Deno.test("AnswerCache.respondInSlices(), an answer keeps the ETag of its start if the graph changes meanwhile", async () => {
  const api = new Api(smallCluster());
  const cache = new AnswerCache({ graph: api.graph.read, clock: api.clock, log: api.log });
  const ask = (headers: HeadersInit, during: () => void) =>
    cache.respondInSlices(
      { method: "GET", key: "/sums", rights: "", headers: new Headers(headers) },
      async () => {
        await Promise.resolve();
        during();
        return { bytes: jsonBytes(["sums"]) };
      },
    );
  const before = api.graph.read.rv;
  const overtaken = await ask({}, () => api.put(object("ConfigMap", "n/new")));
  const etag = overtaken.headers.get("etag") ?? "";
  assert(etag.includes(before));
  let asked = 0;
  const next = await ask({ "if-none-match": etag }, () => asked++);
  assertEquals([next.status, asked, await next.json()], [200, 1, ["sums"]]);
  assertNotEquals(next.headers.get("etag"), etag);
  await overtaken.body?.cancel();
});
