/** Redis with the shipped configuration, and Astrolabe as its user. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { DeployedRedis, runProgram } from "../support/deployed_redis.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { hasRedisServer } from "../support/redis_server.ts";

const NODE = "astrolabe:node:";
const MEGABYTE = 2 ** 20;
/** Commands for another database, behind Sentinels and in a Cluster; the tests of those use them. */
const OF_OTHER_TOPOLOGIES = ["select", "role", "cluster|slots", "cluster|countkeysinslot"];
const SETTINGS = {
  "save": "900 1 300 10 60 10000",
  "appendonly": "yes",
  "appendfsync": "everysec",
  "aof-use-rdb-preamble": "yes",
  "maxmemory-policy": "noeviction",
  "protected-mode": "yes",
};

function test(behaviour: string, run: (redis: DeployedRedis) => Promise<void>): void {
  Deno.test({
    name: `Redis as configured, ${behaviour}`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await DeployedRedis.open();
      await run(redis);
    },
  });
}

/** Runs Astrolabe on a sample cluster, with this Redis as its database. */
async function withCluster(
  { redis, objects }: { redis: DeployedRedis; objects: number },
  run: (simulator: Simulator, start: () => Promise<Astrolabe>) => Promise<void>,
): Promise<void> {
  const simulator = Simulator.start({ kinds });
  simulator.store.fill(sampleCluster({ objects }));
  const kubeconfig = await Deno.makeTempFile();
  await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
  let astrolabe: Astrolabe | undefined;
  Deno.env.set("REDIS_PASSWORD_FILE", redis.passwordFile);
  try {
    await run(simulator, async () =>
      astrolabe = await Astrolabe.start(
        `--kubeconfig=${kubeconfig}`,
        "--enable-persistence",
        `--redis-addr=127.0.0.1:${redis.port}`,
        "--redis-username=astrolabe",
        "--redis-flush-interval=1",
      ));
  } finally {
    Deno.env.delete("REDIS_PASSWORD_FILE");
    await astrolabe?.stop("SIGKILL");
    await simulator.close();
    await Deno.remove(kubeconfig);
  }
}

/** Waits until Redis has the resources of the graph, and the graph has those of the cluster. */
async function isSaved(redis: DeployedRedis, astrolabe: Astrolabe, simulator: Simulator): Promise<number> {
  const uids = () => kinds.flatMap(({ kind }) => simulator.store.list(kind)).map((it) => it.metadata.uid);
  return await holds(async () => {
    const expected = uids().sort();
    const { nodes } = await astrolabe.graph("inactive=true");
    assertEquals(nodes.map(({ uid }) => uid).sort(), expected);
    const saved = [...(await redis.dump()).keys()].filter((key) => key.startsWith(NODE));
    assertEquals(saved.map((key) => key.slice(NODE.length)), expected);
    const { dirtyKeys, lastSnapshot } = (await astrolabe.json("/health")).persistence;
    assert(dirtyKeys === 0 && lastSnapshot !== undefined);
    return expected.length;
  });
}

function deleteSome(simulator: Simulator): void {
  for (const { metadata: { namespace = "", name } } of simulator.store.list("ConfigMap").slice(0, 5)) {
    simulator.store.delete("ConfigMap", namespace, name);
  }
}

test("keeps Astrolabe's graph over a restart of both", async (redis) => {
  await withCluster({ redis, objects: 200 }, async (simulator, start) => {
    const first = await start();
    const saved = await isSaved(redis, first, simulator);
    assertEquals(await first.stop(), 0);
    await redis.stop();
    deleteSome(simulator);
    await redis.start();
    const second = await start();
    await isSaved(redis, second, simulator);
    assertStringIncludes(second.output, `Loaded ${saved} nodes from Redis`);
  });
});

test("grants Astrolabe the commands that it sends, and no more", async (redis) => {
  await withCluster({ redis, objects: 200 }, async (simulator, start) => {
    const astrolabe = await start();
    await isSaved(redis, astrolabe, simulator);
    deleteSome(simulator);
    await isSaved(redis, astrolabe, simulator);
    await astrolabe.stop();
  });
  const { output } = await redis.cli("astrolabe", "info", "commandstats");
  const lines = [...output.matchAll(/cmdstat_(\S+):calls=(\d+),.*rejected_calls=(\d+)/g)];
  // Refused as managed services do: what would be known by it is only worth a warning.
  assertEquals(lines.filter(([, , , rejected]) => rejected !== "0").map(([, name]) => name), ["config|get"]);
  const called = lines.filter(([, , calls]) => calls !== "0").map(([, name = ""]) => name);
  const granted = (await grants("astrolabe")).filter((name) => !OF_OTHER_TOPOLOGIES.includes(name));
  assertEquals(called.filter((name) => name !== "auth").sort(), granted.sort());
});

/** Returns the commands that redis.conf grants to a user. */
async function grants(user: string): Promise<string[]> {
  const conf = await Deno.readTextFile("deploy/helm/astrolabe/files/redis/redis.conf");
  const [rules = ""] = new RegExp(`^user ${user} on .*$`, "m").exec(conf) ?? [];
  return [...rules.matchAll(/ \+(\S+)/g)].map(([, name = ""]) => name);
}

test("takes the memory that its table says", async (redis) => {
  await withCluster({ redis, objects: 1_000 }, async (simulator, start) => {
    await isSaved(redis, await start(), simulator);
  });
  const { output } = await redis.cli("astrolabe", "info", "memory");
  const used = Number(/used_memory:(\d+)/.exec(output)?.[1]) / MEGABYTE;
  const [, said] =
    /^# +to 1,000 +(\d+) MB/m.exec(await Deno.readTextFile("deploy/helm/astrolabe/files/redis/redis.conf")) ??
      [];
  assertEquals(Math.round(used), Number(said));
});

test("refuses who does not log in", async (redis) => {
  const { code, output } = await redis.cli(undefined, "ping");
  assertEquals(code, 1);
  assertStringIncludes(output, "NOAUTH");
});

test("keeps Astrolabe to its own keys", async (redis) => {
  const { output } = await redis.cli("astrolabe", "set", "other:key", "1");
  assertStringIncludes(output, "NOPERM");
});

test("grants Astrolabe the permissions for a Cluster and for Sentinels", async (redis) => {
  for (const command of [["role"], ["cluster", "slots"], ["cluster", "countkeysinslot", "1"]]) {
    assert(!(await redis.cli("astrolabe", ...command)).output.includes("NOPERM"), command.join(" "));
  }
  assertEquals((await redis.cli("astrolabe", "set", "{astrolabe}:node:1", "{}")).code, 0);
  assertStringIncludes((await redis.cli("astrolabe", "cluster", "nodes")).output, "NOPERM");
});

test("lets the backup read nothing but a whole copy", async (redis) => {
  const { output } = await redis.cli("backup", "get", `${NODE}1`);
  assertStringIncludes(output, "NOPERM");
});

test("keeps writes through a crash", async (redis) => {
  await redis.cli("astrolabe", "set", `${NODE}1`, "{}");
  await redis.stop("SIGKILL");
  await redis.start();
  assertEquals((await redis.dump()).get(`${NODE}1`), "{}");
});

Deno.test({
  name: "Redis as configured, has the settings that its comments explain, which an admin may see",
  ignore: !hasRedisServer,
  async fn() {
    const config = await Deno.makeTempFile();
    const shipped = await Deno.readTextFile("deploy/helm/astrolabe/files/redis/redis.conf");
    await Deno.writeTextFile(config, shipped.replace("\n# user admin on", "\nuser admin on"));
    await using redis = await DeployedRedis.open(config);
    const { output } = await redis.cli("admin", "config", "get", ...Object.keys(SETTINGS));
    const words = output.trim().split("\n");
    const found = words.flatMap((name, i) => i % 2 ? [] : [[name, words[i + 1]]]);
    assertEquals(Object.fromEntries(found), SETTINGS);
    await Deno.remove(config);
  },
});

Deno.test("start.sh, does not start Redis without a password", async () => {
  const outcome = await runProgram("sh", [
    "deploy/helm/astrolabe/files/redis/start.sh",
    "deploy/helm/astrolabe/files/redis/redis.conf",
  ]);
  assertEquals(outcome, {
    code: 2,
    output: "start.sh: set REDIS_PASSWORD, or REDIS_PASSWORD_FILE to the file that holds it\n",
  });
});
