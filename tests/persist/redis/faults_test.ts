/** The RedisStore on a real redis-server that fails. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Batch, Store } from "../../../src/persist/store.ts";
import { holds } from "../../support/holds.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";

const TOKEN = "token";
const EMPTY: Batch = { set: [], delete: [], add: [], remove: [] };

/** Milliseconds of silence after which a store disconnects from a server, in tests of a silent server. */
const SILENCE_MS = 300;

function test(
  behaviour: string,
  fn: (server: RedisServer, running: RunningStore) => Promise<void>,
  options?: { silence: number },
): void {
  Deno.test({
    name: `RedisStore, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using server = await RedisServer.start("--save", "3600 1");
      await using running = await new RunningStore(server, options).connected();
      await running.store.lease(TOKEN, 60_000);
      await fn(server, running);
    },
  });
}

/** Writes one batch and returns its result. */
async function write(store: Store, parts: Partial<Batch>): Promise<string> {
  const [result] = await store.write([{ ...EMPTY, ...parts }], TOKEN);
  return result instanceof Error ? result.message : `${result}`;
}

function manyBatches(): Batch[] {
  return Array.from({ length: 200 }, (_, batch) => ({
    ...EMPTY,
    set: Array.from({ length: 100 }, (_, i) => [`${batch}:${i}`, "x".repeat(500)] as const),
  }));
}

test("fails every batch that Redis did not answer before it was killed", async (server, { store }) => {
  const results = store.write(manyBatches(), TOKEN).catch((error: Error) => error);
  await server.kill();
  const outcome = await results;
  const failed = outcome instanceof Error ? [outcome] : outcome.filter((result) => result instanceof Error);
  assert(outcome instanceof Error || outcome.every((result) => result !== "refused"));
  assertEquals(failed.slice(0, 1).map(({ message }) => message), [
    "Redis rejected the write: the connection was lost",
  ]);
});

test("notifies its listeners of a lost connection and of the next one", async (server, { store }) => {
  const told: boolean[] = [];
  store.onConnection((connected) => told.push(connected));
  await server.kill();
  await holds(() => assertEquals(told, [false]));
  await server.start();
  await holds(() => assertEquals(told, [false, true]));
});

test("rejects immediately while there is no connection", async (server, running) => {
  await server.kill();
  await running.disconnected();
  await assertRejects(
    () => write(running.store, {}),
    Error,
    "Redis rejected the write: there is no connection",
  );
  await assertRejects(() => running.store.info(), Error, "there is no connection");
});

test("disconnects from a Redis that owes an answer and is silent", async (server, running) => {
  server.pause();
  await assertRejects(
    () => running.store.get(["a"]),
    Error,
    "Redis does not give values: it does not answer",
  );
  assert(!running.store.connected);
  await running.says("Lost Redis at 127.0.0.1");
}, { silence: SILENCE_MS });

test("reconnects when a frozen Redis continues", async (server, running) => {
  server.pause();
  assertEquals(
    await write(running.store, { set: [["a", "1"]] }),
    "Redis rejected the write: it does not answer",
  );
  server.resume();
  await running.connected();
  assertEquals(await write(running.store, { set: [["a", "2"]] }), "written");
}, { silence: SILENCE_MS });

test("does not disconnect because it is idle", async (_server, running) => {
  // The other store meets a silent server after this one became idle. When the other has disconnected, this
  // one would have too.
  await using silent = await RedisServer.start();
  await using other = await new RunningStore(silent, { silence: SILENCE_MS }).connected();
  silent.pause();
  await assertRejects(() => other.store.get(["astrolabe:a"]), Error, "it does not answer");
  assertEquals(await write(running.store, { set: [["a", "1"]] }), "written");
  assertEquals(running.lines.filter((line) => line.includes("Lost")), []);
}, { silence: SILENCE_MS });

test("reconnects after a reset", async (server, running) => {
  const lost = new Promise<boolean>((resolve) => running.store.onConnection(resolve));
  await server.command("CLIENT", "KILL", "TYPE", "normal");
  assertEquals(await lost, false);
  await running.connected();
  assertEquals(await write(running.store, { set: [["a", "1"]] }), "written");
});

test("writes no part of a batch for which there is no memory", async (server, { store }) => {
  await write(store, { set: [["a", "old"]], add: [["s", "old"]] });
  await server.command("CONFIG", "SET", "maxmemory", "1mb");
  const parts = { set: [["a", "new"]], delete: ["a"], add: [["s", "new"]], remove: [["s", "old"]] } as const;
  assertEquals(
    await write(store, { ...parts, delete: [] }),
    "Redis rejected the write: out of memory (maxmemory reached)",
  );
  assertEquals([await store.get(["a"]), await store.members(["s"])], [["old"], [["old"]]]);
});

test("writes no part of a batch that only adds if there is no memory", async (server, { store }) => {
  await write(store, { set: [["a", "old"]] });
  await server.command("CONFIG", "SET", "maxmemory", "1mb");
  assertEquals(
    await write(store, { add: [["s", "1"]], delete: ["a"] }),
    "Redis rejected the write: out of memory (maxmemory reached)",
  );
  assertEquals(await store.get(["a"]), ["old"]);
});

test("deletes even if there is no memory", async (server, { store }) => {
  await write(store, { set: [["a", "old"]] });
  await server.command("CONFIG", "SET", "maxmemory", "1mb");
  assertEquals(await write(store, { delete: ["a"] }), "written");
});

test("prolongs the lease even if there is no memory", async (server, { store }) => {
  await server.command("CONFIG", "SET", "maxmemory", "1mb");
  assertEquals(await store.lease(TOKEN, 60_000), "prolonged");
});

test("disconnects from a replica, since its address may soon be the primary's", async (server, running) => {
  const lost = new Promise<boolean>((resolve) => running.store.onConnection(resolve));
  await server.command("REPLICAOF", "127.0.0.1", server.tlsPort);
  const message = "Redis rejected the write: it is a replica";
  assertEquals(await write(running.store, { set: [["a", "1"]] }), message);
  assertEquals(await lost, false);

  await server.command("REPLICAOF", "NO", "ONE");
  await running.connected();
  assertEquals(await write(running.store, { set: [["a", "1"]] }), "written");
});

test("reports that Redis cannot save to disk, and writes when it can", async (server, { store }) => {
  await Deno.mkdir(`${server.folder}/dump.rdb`);
  await server.command("BGSAVE");
  await holds(async () =>
    assertEquals(
      await write(store, { set: [["a", "1"]] }),
      "Redis rejected the write: it cannot write to its disk",
    )
  );
  await Deno.remove(`${server.folder}/dump.rdb`);
  await server.command("BGSAVE");
  await holds(async () => assertEquals(await write(store, { set: [["a", "1"]] }), "written"));
});

test("reports a missing permission, and continues when it is granted", async (server, { store }) => {
  await server.command("ACL", "SETUSER", "default", "-evalsha");
  const refused = await write(store, { set: [["a", "1"]] });
  assert(/^Redis rejected the write: NOPERM .*evalsha/.test(refused), refused);
  await server.command("ACL", "SETUSER", "default", "+evalsha");
  assertEquals(await write(store, { set: [["a", "1"]] }), "written");
});

test("writes no part of a batch with a forbidden key", async (server, { store }) => {
  await server.command("ACL", "SETUSER", "default", "resetkeys", "~astrolabe:*", "~a");
  assert((await write(store, { set: [["a", "1"], ["b", "1"]] })).includes("NOPERM"));
  assertEquals(await store.get(["a"]), [null]);
});

test("sends its script again to a Redis that has lost it", async (server, { store }) => {
  await write(store, { set: [["a", "1"]] });
  await server.command("SCRIPT", "FLUSH");
  const batches = ["2", "3"].map((value) => ({ ...EMPTY, set: [["a", value]] as const }));
  assertEquals(await store.write(batches, TOKEN), ["written", "written"]);
  assertEquals(await store.get(["a"]), ["3"]);
});

test("rejects writes after FLUSHALL, since the lease is gone too", async (server, { store }) => {
  await server.command("FLUSHALL");
  assertEquals(await write(store, { set: [["a", "1"]] }), "refused");
});

test("replaces a key that should be a set and is not", async (server, { store }) => {
  await server.command("SET", "s", "text");
  assertEquals(await store.members(["s"]), [[]]);
  assertEquals(await write(store, { add: [["s", "1"], ["s", "2"]] }), "written");
  assertEquals((await store.members(["s"]))[0]?.toSorted(), ["1", "2"]);
});

test("reads no value of a key that is a set", async (_server, { store }) => {
  await write(store, { add: [["s", "1"]] });
  assertEquals(await store.get(["s"]), [null]);
});

test("reports another run after a restart", async (server, running) => {
  const { runId } = await running.store.info();
  await server.kill();
  await running.disconnected();
  await server.start();
  await running.connected();
  assert((await running.store.info()).runId !== runId);
});

test(
  "rejects a write from an old socket after another token has the lease",
  async (server, running) => {
    server.pause();
    const late = write(running.store, { set: [["a", "late"]] }).catch(() => "lost");
    await running.disconnected();
    server.resume();
    await running.connected();
    await late;
    // Redis may run it before it accepts the new connection, but not after the new lease.
    await running.store.release(TOKEN);
    await running.store.lease("token-2", 60_000);
    const seen = await running.store.get(["a"]);
    assertEquals(await write(running.store, { set: [["a", "later"]] }), "refused");
    assertEquals(await running.store.get(["a"]), seen);
  },
  { silence: SILENCE_MS },
);
