/** The connection of the RedisStore, on a real redis-server. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RedisTarget } from "../../../src/persist/redis/redis_store.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";
import { freePort } from "../../support/free_port.ts";

const CERTIFICATES = "tests/fixtures/redis_tls";
const TRUST = { ca: `${CERTIFICATES}/ca.pem` };
const OURS = { ...TRUST, cert: `${CERTIFICATES}/client.pem`, key: `${CERTIFICATES}/client.key` };
const USERS = "--user astrolabe on >pass ~* +@all --user default off".split(" ");
const REFUSALS = ["--rename-command", "CONFIG", "", "--rename-command", "INFO", ""];
const WRITE = { set: [["a", "1"]], delete: [], add: [], remove: [] } as const;

function test(behaviour: string, fn: () => Promise<void>): void {
  Deno.test({ name: `RedisStore, ${behaviour}`, ignore: !hasRedisServer, fn });
}

test("logs where it is connected", async () => {
  await using server = await RedisServer.start();
  await using running = await new RunningStore(server).connected();
  assertEquals(
    running.lines.at(-1),
    `info: Successfully connected to Redis {"address":"127.0.0.1:${server.port}"}`,
  );
});

test("uses only its database", async () => {
  await using server = await RedisServer.start();
  await using running = await new RunningStore({ port: server.port, db: 3 }).connected();
  await running.store.lease("t", 60_000);
  assertEquals(await running.store.write([WRITE], "t"), ["written"]);
  assertEquals(await server.command("KEYS", "*"), []);
});

test("sends the default user's password", async () => {
  await using server = await RedisServer.start("--requirepass", "s3cret");
  await using running = await new RunningStore({ port: server.port, password: () => "s3cret" }).connected();
  assert((await running.store.info()).runId !== "");
});

test("sends a user's name and password", async () => {
  await using server = await RedisServer.start(...USERS);
  const target = { port: server.port, username: "astrolabe", password: () => "pass" };
  await using running = await new RunningStore(target).connected();
  assert((await running.store.info()).runId !== "");
});

test("uses a password that has changed since the last attempt", async () => {
  await using server = await RedisServer.start("--requirepass", "new");
  let password = "old";
  await using running = new RunningStore({ port: server.port, password: () => password });
  await running.says("it rejects the user or the password");
  password = "new";
  await running.connected();
});

test("retries if the password file does not exist yet", async () => {
  await using server = await RedisServer.start();
  let missing = true;
  const password = () => {
    if (missing) throw new Error("No such file");
    return "";
  };
  await using running = new RunningStore({ port: server.port, password });
  await running.says("No such file");
  missing = false;
  await running.says("it has no password, but one was given");
});

for (
  const [what, config, target, complaint] of [
    ["no password is given", ["--requirepass", "s3cret"], {}, "it needs a password"],
    [
      "the password is wrong",
      ["--requirepass", "s3cret"],
      { password: () => "wr0ng" },
      "it rejects the user",
    ],
  ] as const
) {
  test(`says that ${what}, and no password`, async () => {
    await using server = await RedisServer.start(...config);
    await using running = new RunningStore({ port: server.port, ...target });
    await running.says(complaint);
    assertEquals(running.lines.filter((line) => /s3cret|wr0ng/.test(line)), []);
  });
}

test("logs a lasting failure once", async () => {
  await using running = new RunningStore({ port: freePort() });
  await running.says("nothing listens there");
  await running.attempts(4);
  assertEquals(running.lines.length, 1);
});

test("connects to a Redis that starts later", async () => {
  await using server = RedisServer.absent();
  await using running = new RunningStore(server);
  await running.says("nothing listens there");
  await server.start();
  await running.connected();
});

test("waits until Redis has loaded its data", async () => {
  await using server = await RedisServer.start();
  await server.command("EVAL", "for i = 1, 3000 do redis.call('SET', i, i) end", 0);
  await server.command("SAVE");
  await server.kill();
  await server.start("--key-load-delay", "200", "--loading-process-events-interval-bytes", "1024");
  await using running = new RunningStore(server);
  await running.says("it is loading its data");
  await running.connected();
  assertEquals((await running.store.info()).keys, 3_000);
});

test("stops immediately while it waits for the next attempt", async () => {
  const running = new RunningStore({ port: freePort() });
  await running.says("nothing listens there");
  await running[Symbol.asyncDispose]();
  assert(!running.store.connected);
});

test("stops while Redis does not answer its greeting", async () => {
  await using server = await RedisServer.start();
  server.pause();
  const running = new RunningStore(server, { silence: 60_000 });
  await running.attempts(1);
  await running[Symbol.asyncDispose]();
  assert(!running.store.connected);
});

function testTls(behaviour: string, config: readonly string[], fn: (server: RedisServer) => Promise<void>) {
  test(behaviour, async () => {
    await using server = RedisServer.absent();
    const files = ["cert-file", "server.pem", "key-file", "server.key", "ca-cert-file", "ca.pem"];
    const options = files.map((word, i) => i % 2 ? `${Deno.cwd()}/${CERTIFICATES}/${word}` : `--tls-${word}`);
    await server.start("--tls-port", `${server.tlsPort}`, ...options, ...config);
    await fn(server);
  });
}

function over(server: RedisServer, tls: NonNullable<RedisTarget["tls"]>): RunningStore {
  return new RunningStore({ host: "localhost", port: server.tlsPort, tls });
}

testTls("speaks TLS with an authority of its own", ["--tls-auth-clients", "no"], async (server) => {
  await using running = await over(server, TRUST).connected();
  await running.store.lease("t", 60_000);
  assertEquals(await running.store.write([WRITE], "t"), ["written"]);
});

testTls("shows its client certificate", [], async (server) => {
  await using running = await over(server, OURS).connected();
  assert((await running.store.info()).runId !== "");
});

testTls("says that Redis wants a client certificate", [], async (server) => {
  await using running = over(server, TRUST);
  await running.says("it needs a client certificate");
});

testTls("refuses a certificate of another authority", [], async (server) => {
  await using running = over(server, { ...OURS, ca: `${CERTIFICATES}/other_ca.pem` });
  await running.says("its certificate is signed by an unknown authority");
});

testTls("says which certificate's file is missing", [], async (server) => {
  await using running = over(server, { ca: "missing.pem" });
  await running.says("missing.pem");
});

async function warningsOf(...config: string[]): Promise<string[]> {
  await using server = await RedisServer.start(...config);
  await using running = await new RunningStore(server).connected();
  return running.lines.filter((line) => line.startsWith("warn"));
}

test("warns of a Redis that evicts keys", async () => {
  const [warning = ""] = await warningsOf("--maxmemory-policy", "allkeys-lru", "--appendonly", "yes");
  assertStringIncludes(warning, "set maxmemory-policy to noeviction");
});

test("warns of a Redis that writes nothing to its disk", async () => {
  assertStringIncludes((await warningsOf()).join(), "neither RDB nor AOF is on");
});

test("logs no warning for a Redis with snapshots", async () => {
  assertEquals(await warningsOf("--save", "3600 1"), []);
});

test("needs neither CONFIG nor INFO", async () => {
  await using server = await RedisServer.start(...REFUSALS);
  await using running = await new RunningStore(server).connected();
  const { runId, replicationId, keys } = await running.store.info();
  assertEquals({ runId, replicationId, keys }, { runId: "", replicationId: "", keys: 0 });
});
