/** The scripts for backup and restore, on a Redis with the shipped configuration. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DeployedRedis, type Outcome, runProgram } from "../support/deployed_redis.ts";
import { hasRedisServer } from "../support/redis_server.ts";

const TOKEN = "the test's";
const OLD = ["astrolabe-20250101T000000Z.rdb", "astrolabe-20250102T000000Z.rdb"];

interface Parts {
  readonly redis: DeployedRedis;
  /** Where the dumps go. */
  readonly dumps: string;
}

function test(name: string, run: (parts: Parts) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await DeployedRedis.open();
      const dumps = await Deno.makeTempDir({ prefix: "dumps_" });
      try {
        await run({ redis, dumps });
      } finally {
        await Deno.remove(dumps, { recursive: true });
      }
    },
  });
}

async function fill(redis: DeployedRedis, count = 1_000): Promise<void> {
  await using running = await redis.store();
  const { store } = running;
  await store.lease(TOKEN, 60_000);
  const uids = Array.from({ length: count }, (_, i) => `00000000-0000-4000-8000-${`${i}`.padStart(12, "0")}`);
  const [result] = await store.write([{
    set: uids.map((uid, i) => [`astrolabe:node:${uid}`, JSON.stringify({ uid, name: `naïve-${i}\n☸` })]),
    add: uids.map((uid, i) => [`astrolabe:index:ns-kind:team-${i % 10}:Pod`, uid]),
    delete: [],
    remove: [],
  }], TOKEN);
  assertEquals(result, "written");
}

async function backUp({ redis, dumps }: Parts, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const server = ["-h", "127.0.0.1", "-p", `${redis.port}`, "--user", "backup"];
  return await runProgram("sh", ["deploy/helm/astrolabe/files/redis/backup.sh", dumps, ...server], {
    REDIS_PASSWORD_FILE: redis.passwordFile,
    ...env,
  });
}

async function restore({ redis }: Parts, dump: string): Promise<Outcome> {
  return await runProgram("sh", ["deploy/helm/astrolabe/files/redis/restore.sh", dump, redis.folder]);
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function nameOfDump(dumps: string): string {
  const [name] = namesIn(dumps);
  assert(name !== undefined, "there is no dump");
  return `${dumps}/${name}`;
}

/** Makes a backup, then deletes everything. */
async function loseAll(parts: Parts): Promise<void> {
  const { redis } = parts;
  assertEquals((await backUp(parts)).code, 0);
  await redis.stop();
  for (const name of namesIn(redis.folder)) await Deno.remove(`${redis.folder}/${name}`, { recursive: true });
  await redis.start();
  assertEquals(await redis.dump(), new Map());
}

test("restore.sh, restores a backup of backup.sh with AOF on", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis);
  const before = await redis.dump();
  await loseAll(parts);
  await redis.stop();
  assertEquals((await restore(parts, nameOfDump(dumps))).code, 0);
  await redis.start();
  assertEquals(await redis.dump(), before);
});

test("restore.sh, leaves a Redis that keeps later writes", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis, 10);
  await loseAll(parts);
  await redis.stop();
  await restore(parts, nameOfDump(dumps));
  await redis.start();
  await redis.cli("astrolabe", "set", "astrolabe:node:later", "{}");
  await redis.stop("SIGKILL");
  await redis.start();
  assertEquals((await redis.dump()).get("astrolabe:node:later"), "{}");
});

test("restore.sh, takes the dump from standard input", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis, 10);
  const before = await redis.dump();
  await loseAll(parts);
  await redis.stop();
  const script = 'sh deploy/helm/astrolabe/files/redis/restore.sh - "$1" <"$2"';
  assertEquals((await runProgram("sh", ["-c", script, "sh", redis.folder, nameOfDump(dumps)])).code, 0);
  await redis.start();
  assertEquals(await redis.dump(), before);
});

test("restore.sh, keeps the previous data under another name", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis, 10);
  await backUp(parts);
  await redis.stop();
  await restore(parts, nameOfDump(dumps));
  const aside = namesIn(redis.folder).filter((name) => name.startsWith("before-"));
  assertEquals(aside.map((name) => namesIn(`${redis.folder}/${name}`)), [["appendonlydir", "dump.rdb"]]);
});

test("restore.sh, refuses a broken dump and changes nothing", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis, 10);
  await backUp(parts);
  await redis.stop();
  const dump = nameOfDump(dumps);
  await Deno.truncate(dump, (await Deno.stat(dump)).size - 20);
  const before = namesIn(redis.folder);
  const { code, output } = await restore(parts, dump);
  assertEquals(code, 1);
  assertStringIncludes(output, "the dump is broken");
  assertEquals(namesIn(redis.folder), before);
});

test("backup.sh, keeps as many dumps as it is told, the newest", async (parts) => {
  const { redis, dumps } = parts;
  await fill(redis, 10);
  for (const name of [...OLD, "astrolabe.rdb"]) await Deno.writeTextFile(`${dumps}/${name}`, "");
  assertEquals((await backUp(parts, { KEEP: "2" })).code, 0);
  const names = namesIn(dumps);
  assertEquals([names.length, names[0], names[2]], [3, OLD[1], "astrolabe.rdb"]);
});

test("backup.sh, does not let an empty database push out the dumps that there are", async (parts) => {
  const { dumps } = parts;
  for (const name of OLD) await Deno.writeTextFile(`${dumps}/${name}`, "");
  const { code, output } = await backUp(parts, { KEEP: "1" });
  assertEquals(code, 1);
  assertStringIncludes(output, "the database is empty");
  assertEquals(namesIn(dumps), OLD);
});

test("backup.sh, fails and leaves nothing behind when it may not log in", async (parts) => {
  await fill(parts.redis, 10);
  const { code } = await backUp(parts, { REDIS_PASSWORD_FILE: "", REDIS_PASSWORD: "wrong" });
  assertEquals([code, namesIn(parts.dumps)], [1, []]);
});

test("backup.sh, fails and leaves nothing behind when Redis is gone", async (parts) => {
  await parts.redis.stop();
  const { code } = await backUp(parts);
  assertEquals([code, namesIn(parts.dumps)], [1, []]);
});

test("backup.sh, refuses a KEEP that is no number", async (parts) => {
  const { code, output } = await backUp(parts, { KEEP: "all" });
  assertEquals(code, 1);
  assertStringIncludes(output, "KEEP must be a whole number");
});
