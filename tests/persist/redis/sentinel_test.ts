/** The RedisStore behind real Sentinels. */
import { assert, assertEquals } from "@std/assert";
import type { RedisAddress } from "../../../src/persist/redis/connection.ts";
import type { RedisLocation } from "../../../src/persist/redis/redis_store.ts";
import type { Store } from "../../../src/persist/store.ts";
import { FakeSentinel } from "../../support/fake_sentinel.ts";
import { holds } from "../../support/holds.ts";
import { SentinelRedis, type SentinelRedisOptions } from "../../support/redis_sentinel.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";
import { freePort } from "../../support/free_port.ts";

const TOKEN = "token";
const KEY = "astrolabe:node:1";
const CERTIFICATES = `${Deno.cwd()}/tests/fixtures/redis_tls`;
const TRUST = { ca: `${CERTIFICATES}/ca.pem` };
const TLS = [
  ...["--tls-cert-file", `${CERTIFICATES}/server.pem`, "--tls-key-file", `${CERTIFICATES}/server.key`],
  ...["--tls-ca-cert-file", `${CERTIFICATES}/ca.pem`, "--tls-auth-clients", "no"],
];

function test(
  behaviour: string,
  fn: (redis: SentinelRedis) => Promise<void>,
  options?: SentinelRedisOptions,
): void {
  Deno.test({
    name: `RedisStore behind Sentinels, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await SentinelRedis.open(options);
      await fn(redis);
    },
  });
}

/** Writes a value and returns the result. */
async function write(store: Store, value: string): Promise<string> {
  await store.lease(TOKEN, 60_000);
  const [result] = await store.write([{ set: [[KEY, value]], delete: [], add: [], remove: [] }], TOKEN);
  return `${result}`;
}

/** Waits until a write succeeds. */
async function writes(store: Store, value: string): Promise<void> {
  await holds(async () => assertEquals(await write(store, value), "written"));
}

function at(ports: readonly number[], master = "graph"): RedisLocation {
  const sentinels: RedisAddress[] = ports.map((port) => ({ host: "127.0.0.1", port }));
  return { kind: "sentinel", sentinels, master, login: {} };
}

test("writes to the master that they name", async (redis) => {
  await using running = await new RunningStore({ location: redis.location }).connected();
  await writes(running.store, "1");
  const { master } = await redis.roles();
  assertEquals(await master.command("GET", KEY), "1");
});

test(
  "writes to the next master when the first is killed, frozen or demoted while it writes",
  async (redis) => {
    await using running = await new RunningStore({ location: redis.location }, { silence: 2_000 })
      .connected();
    const { store } = running;
    for (
      const fail of [
        (master: RedisServer) => master.kill(),
        (master: RedisServer) => Promise.resolve(master.pause()),
        () => redis.failOver(),
      ]
    ) {
      const { master: former } = await redis.roles();
      await write(store, "before");
      const pending = store.write(Array.from({ length: 500 }, () => MANY), TOKEN).catch(() => []);
      await fail(former);
      assert((await pending).every((result) => result !== "refused"));
      await redis.isReplaced(former);
      // A master accepts writes for a moment while it is demoted, and loses them.
      await holds(async () => {
        await writes(store, "after");
        const { master } = await redis.roles();
        assertEquals(await master.command("GET", KEY), "after");
      });
      former.resume();
      if (!former.isRunning) await former.start();
      await redis.isComplete();
      await redis.followsMaster();
    }
  },
  { replicas: 2 },
);

test("asks the next Sentinel if the first is frozen, and stays with the one that answered", async (redis) => {
  const [frozen, second] = redis.sentinels;
  frozen?.pause();
  await using running = await new RunningStore({ location: redis.location }).connected();
  const before = await second?.connectionsReceived() ?? 0;
  const lost = new Promise<boolean>((resolve) => running.store.onConnection(resolve));
  const { master } = await redis.roles();
  await master.command("CLIENT", "KILL", "TYPE", "normal");
  await lost;
  await running.connected();
  // The second Sentinel was asked again immediately. The frozen one would have cost a second.
  assert((await second?.connectionsReceived() ?? 0) > before);
  frozen?.resume();
});

test("does not trust a Sentinel that names a replica, or an unused address", async (redis) => {
  const { replicas } = await redis.roles();
  const [replica] = replicas;
  await using liar = new FakeSentinel({ host: "127.0.0.1", port: replica?.port ?? 0 });
  await using dreamer = new FakeSentinel({ host: "127.0.0.1", port: freePort() });
  const honest = redis.sentinels.map(({ port }) => port);
  await using running = await new RunningStore({ location: at([liar.port, dreamer.port, ...honest]) })
    .connected();
  await writes(running.store, "1");
  assert(running.lines.some((line) => line.includes("it is a replica, not the master")));
  assert(running.lines.some((line) => line.includes("nothing listens there")));
  assertEquals([liar.connections, dreamer.connections], [1, 1]);
});

test("keeps its connection when all Sentinels are gone, and reports that after it is lost", async (redis) => {
  await using running = await new RunningStore({ location: redis.location }).connected();
  const { master } = await redis.roles();
  for (const sentinel of redis.sentinels) await sentinel.kill();
  await writes(running.store, "1");
  await master.command("CLIENT", "KILL", "TYPE", "normal");
  await running.says(`Sentinel 127.0.0.1:${redis.sentinels[2]?.port}: nothing listens there`);
  assertEquals(running.lines.filter((line) => line.includes("Sentinel")).length, 1);
  for (const sentinel of redis.sentinels) await sentinel.start();
  await running.connected();
});

test("lists the known masters if ours is unknown", async (redis) => {
  const [sentinel] = redis.sentinels;
  const location = at([sentinel?.port ?? 0], "mymaster");
  await using running = new RunningStore({ location });
  await running.says(`Sentinel 127.0.0.1:${sentinel?.port} does not know master mymaster; it knows: graph`);
});

test("reports that a server is not a Sentinel", async (redis) => {
  await using running = new RunningStore({ location: at([redis.servers[0]?.port ?? 0]) });
  await running.says("it is not a Sentinel");
});

test("sends Sentinels their own user and password", async (redis) => {
  const { location } = redis;
  await using none = new RunningStore({ location });
  await none.says("it needs a password");
  await using wrong = new RunningStore({
    location: { ...location, login: { username: "watcher", password: () => "wr0ng" } },
  });
  await wrong.says("it rejects the user or the password");
  assertEquals([...none.lines, ...wrong.lines].filter((line) => /s3cret|wr0ng/.test(line)), []);
  await using right = await new RunningStore({
    location: { ...location, login: { username: "watcher", password: () => "s3cret" } },
  }).connected();
  await writes(right.store, "1");
  // The user may not list the masters, so the error names none.
  await using unknown = new RunningStore({
    location: { ...location, master: "mymaster", login: { username: "watcher", password: () => "s3cret" } },
  });
  await unknown.says("does not know master mymaster");
  assertEquals(unknown.lines.filter((line) => line.includes("it knows")), []);
}, {
  sentinelConfig: [
    "user default off",
    "user watcher on >s3cret -@all +auth +ping +sentinel|get-master-addr-by-name",
    "user test on nopass +@all",
  ],
  sentinelUser: "test",
});

test("leaves no connection on the Sentinels after many reconnects", async (redis) => {
  const { master } = await redis.roles();
  const counts = async () => await Promise.all(redis.sentinels.map((sentinel) => sentinel.clients()));
  // Each Sentinel has a connection from each of the others.
  const before = redis.sentinels.map(() => redis.sentinels.length - 1);
  await holds(async () => assertEquals(await counts(), before));
  // Ten stores, since the pauses of one grow with each of its reconnects.
  const stores = Array.from({ length: 10 }, () => new RunningStore({ location: redis.location }));
  try {
    for (let i = 0; i < 5; i++) {
      await Promise.all(stores.map((running) => running.connected()));
      const lost = stores.map(({ store }) => new Promise<boolean>((resolve) => store.onConnection(resolve)));
      await master.command("CLIENT", "KILL", "TYPE", "normal");
      await Promise.all(lost);
    }
    await Promise.all(stores.map((running) => running.connected()));
    await holds(async () => assertEquals(await counts(), before));
  } finally {
    for (const running of stores) await running[Symbol.asyncDispose]();
  }
});

Deno.test({
  name: "RedisStore behind Sentinels, speaks TLS with both, and never a word without",
  ignore: !hasRedisServer,
  async fn() {
    await using server = RedisServer.absent();
    await server.start("--tls-port", `${server.tlsPort}`, ...TLS);
    await using taps = new FirstBytes(server.tlsPort);
    const certificate = {
      cert: await Deno.readTextFile(`${CERTIFICATES}/server.pem`),
      key: await Deno.readTextFile(`${CERTIFICATES}/server.key`),
    };
    await using sentinel = new FakeSentinel({ host: "127.0.0.1", port: taps.port }, certificate);
    await using running = await new RunningStore({ location: at([sentinel.port]), tls: TRUST }).connected();
    await writes(running.store, "1");
    await server.command("CLIENT", "KILL", "TYPE", "normal");
    await writes(running.store, "2");
    assert(taps.first.length >= 2);
    const HANDSHAKE = 0x16;
    assertEquals(taps.first.filter((byte) => byte !== HANDSHAKE), []);
    assertEquals(sentinel.connections, taps.first.length);
  },
});

Deno.test({
  name: "RedisStore behind Sentinels, does not trust one of another authority",
  ignore: !hasRedisServer,
  async fn() {
    const certificate = {
      cert: await Deno.readTextFile(`${CERTIFICATES}/server.pem`),
      key: await Deno.readTextFile(`${CERTIFICATES}/server.key`),
    };
    await using sentinel = new FakeSentinel({ host: "127.0.0.1", port: 1 }, certificate);
    const tls = { ca: `${CERTIFICATES}/other_ca.pem` };
    await using running = new RunningStore({ location: at([sentinel.port]), tls });
    await running.says("its certificate is signed by an unknown authority");
  },
});

test("rejects a write from the old master's socket", async (redis) => {
  await using running = await new RunningStore({ location: redis.location }, { silence: 2_000 }).connected();
  const { store } = running;
  await writes(store, "1");
  const { master: former } = await redis.roles();
  former.pause();
  const late = store.write([SLEEPING], TOKEN).catch((error: Error) => [error]);
  await redis.isReplaced(former);
  assert((await late)[0] instanceof Error);
  await running.connected();
  await store.release(TOKEN);
  await store.lease("token-2", 60_000);
  former.resume();
  await redis.followsMaster();
  const { master } = await redis.roles();
  assertEquals(await master.command("GET", KEY), "1");
});

const MANY = {
  set: Array.from({ length: 100 }, (_, i) => [`astrolabe:node:many-${i}`, "x"] as const),
  delete: [],
  add: [],
  remove: [],
};
const SLEEPING = { set: [[KEY, "late"]], delete: [], add: [], remove: [] } as const;

/** Forwards connections to a port, and records the first byte of each client. */
class FirstBytes implements AsyncDisposable {
  readonly port: number;
  readonly first: number[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #connections: Deno.Conn[] = [];
  readonly #ended: Promise<void>;

  constructor(target: number) {
    this.#target = target;
    this.port = this.#listener.addr.port;
    this.#ended = this.#accept();
  }

  async #accept(): Promise<void> {
    const passed: Promise<void>[] = [];
    try {
      for (;;) passed.push(this.#pass(await this.#listener.accept()));
    } catch {
      // The listener was closed.
    }
    await Promise.all(passed);
  }

  async #pass(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    this.#connections.push(client, server);
    let isFirst = true;
    const spy = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        if (isFirst) this.first.push(chunk[0] ?? 0);
        isFirst = false;
        controller.enqueue(chunk);
      },
    });
    await Promise.all([
      client.readable.pipeThrough(spy).pipeTo(server.writable).catch(() => {}),
      server.readable.pipeTo(client.writable).catch(() => {}),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // It is closed.
      }
    }
    await this.#ended;
  }
}
