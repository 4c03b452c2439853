/**
 * The change stream on real sockets: clients that vanish, stall, change replicas, or stay until the shutdown.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { pictureOf, Watcher } from "../support/watcher.ts";

interface Parts {
  readonly simulator: Simulator;
  /** Starts a replica that stops at the end of the test. */
  readonly start: () => Promise<Astrolabe>;
}

function streamTest(behaviour: string, run: (parts: Parts) => Promise<void>): void {
  Deno.test(`Stream, ${behaviour}`, async () => {
    const simulator = Simulator.start({ kinds });
    const kubeconfig = await Deno.makeTempFile({ prefix: "astrolabe-stream-" });
    const started: Astrolabe[] = [];
    try {
      for (const object of sampleCluster({ objects: 1_000 })) simulator.store.create(object);
      await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
      const start = async () => {
        const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
        started.push(astrolabe);
        await astrolabe.ready();
        return astrolabe;
      };
      await run({ simulator, start });
    } finally {
      for (const astrolabe of started) await astrolabe.stop();
      await simulator.close();
      await Deno.remove(kubeconfig);
    }
  });
}

async function open(astrolabe: Astrolabe, query = "", headers: HeadersInit = {}): Promise<Response> {
  return await fetch(`${astrolabe.url}/api/v1/watch?${query}`, { headers });
}

/** Sends a request on a new connection and reads nothing. */
async function stall(astrolabe: Astrolabe): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(astrolabe.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET /api/v1/watch?labels=true HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

async function clients(astrolabe: Astrolabe): Promise<number> {
  const { text } = await astrolabe.text("/metrics");
  return Number(/^astrolabe_stream_clients (\d+)$/m.exec(text)?.[1]);
}

streamTest("SIGTERM ends idle, active and stalled streams", async ({ simulator, start }) => {
  const astrolabe = await start();
  const idle = new Watcher((await open(astrolabe, "namespace=none", { accept: "text/event-stream" })).body!);
  const active = new Watcher((await open(astrolabe, "", { accept: "text/event-stream" })).body!);
  using _stalled = await stall(astrolabe);
  const following = [idle.follow(), active.follow()];
  await holds(() => assert(active.rv !== undefined));
  simulator.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "new", namespace: "late" },
  });
  await holds(() => assert(active.received.includes('"late"')));
  assertEquals(await astrolabe.stop(), 0);
  await Promise.all(following);
  for (const { received } of [idle, active]) assertMatch(received, /\nretry: \d+\n\n$/);
});

streamTest(
  "a browser that accepts gzip gets events as they come, and HEAD gets none",
  async ({ simulator, start }) => {
    const astrolabe = await start();
    const headers = { accept: "text/event-stream", "accept-encoding": "gzip, deflate, br" };
    const response = await open(astrolabe, "", headers);
    assertEquals(response.headers.get("content-encoding"), null);
    const watcher = new Watcher(response.body!);
    const following = watcher.follow();
    await holds(() => assert(watcher.rv !== undefined));
    simulator.store.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "new", namespace: "late" },
    });
    await holds(() => assert(watcher.received.includes('"late"')));

    const head = await fetch(`${astrolabe.url}/api/v1/watch`, { method: "HEAD", headers });
    assertEquals([head.status, head.headers.get("content-type"), await head.text()], [
      200,
      "text/event-stream",
      "",
    ]);
    assertEquals(await clients(astrolabe), 1);
    await watcher.cancel();
    await following.catch(() => {});
  },
);

streamTest("a storm of clients that vanish gives all places back", async ({ start }) => {
  const astrolabe = await start();
  for (let storm = 0; storm < 3; storm++) {
    const connections = await Promise.all(Array.from({ length: 100 }, () => stall(astrolabe)));
    await holds(async () => assertEquals(await clients(astrolabe), 100));
    const refused = await open(astrolabe);
    await refused.body?.cancel();
    assertEquals(refused.status, 503);
    for (const connection of connections) connection.close();
    await holds(async () => assertEquals(await clients(astrolabe), 0));
  }
});

streamTest(
  "a client moves to another replica, and to one that was restarted",
  async ({ simulator, start }) => {
    const [first, second] = [await start(), await start()];
    const query = "labels=true&inactive=true";
    let watcher = new Watcher((await open(first, query)).body!);
    do await watcher.read(); while (watcher.isPartial || watcher.rv === undefined);
    for (const next of ["second", "restarted"]) {
      await watcher.cancel();
      const metadata = { name: `before-${next}`, namespace: "moves" };
      simulator.store.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
      const astrolabe = next === "restarted" ? await start() : second;
      watcher = watcher.resume((await open(astrolabe, `${query}&rv=${watcher.rv}`)).body!);
      const following = watcher.follow().catch(() => {});
      await holds(async () =>
        assertEquals(watcher.picture, pictureOf(await astrolabe.json(`/api/v1/graph?${query}`)))
      );
      assertEquals(watcher.messages[0]?.deltas[0]?.op, "scope_changed");
      void following;
    }
    await watcher.cancel();
  },
);

streamTest("clients that do not read do not slow down one that does", async ({ simulator, start }) => {
  const astrolabe = await start();
  const stalled = await Promise.all(Array.from({ length: 99 }, () => stall(astrolabe)));
  const watcher = new Watcher((await open(astrolabe, "labels=true")).body!);
  const following = watcher.follow();
  for (let i = 0; i < 300; i++) {
    const metadata = { name: `busy-${i % 50}`, namespace: "busy", labels: { round: `r${i}` } };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata };
    if (i < 50) simulator.store.create(object);
    else simulator.store.update(object);
  }
  await holds(() => assert(watcher.received.includes('"r299"')));
  await holds(async () =>
    assertEquals(watcher.picture, pictureOf(await astrolabe.json("/api/v1/graph?labels=true")))
  );
  await watcher.cancel();
  await following.catch(() => {});
  for (const connection of stalled) connection.close();
});
