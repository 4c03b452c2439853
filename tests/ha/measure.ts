/**
 * Measures the time of takeovers, the cost of a Cluster and of a standby, and the failed requests of a
 * rolling update. Prints a table. Run it with `deno task measure:ha`. It needs redis-server and wrk.
 */
import process from "node:process";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { UnsavedGraph } from "../bench/unsaved_graph.ts";
import type { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { RedisCluster } from "../support/redis_cluster.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Replicas, roleOf } from "../support/replicas.ts";
import type { TopologyName } from "../support/redis_topology.ts";
import { RollingUpdate } from "../support/rolling_update.ts";

const RUNS = Number(Deno.env.get("HA_RUNS") ?? 3);
const OBJECTS = 30_000;
const TAGGED = "{astrolabe}:";
/** The measurements. An argument selects those whose name contains it. */
const PARTS: readonly (readonly [what: string, measure: () => Promise<string>])[] = [
  ...(["sentinel", "cluster"] as const).flatMap((topology) => [
    [
      `${topology}: writing again after the primary's death`,
      () => repeat(() => afterPrimaryDeath(topology, "kill")),
    ] as const,
    [
      `${topology}: writing again after the primary froze`,
      () => repeat(() => afterPrimaryDeath(topology, "pause")),
    ] as const,
  ]),
  ...(["SIGTERM", "SIGKILL"] as const).map((signal) =>
    [`writer's ${signal} until another writes`, () => repeat(() => afterWriterEnds(signal))] as const
  ),
  [
    "throughput of a Cluster of masters against one Redis",
    () => clusterThroughput({ single: 0, cluster: 0 }),
  ],
  [
    "throughput of a Cluster with replicas against one Redis with a replica",
    () => clusterThroughput({ single: 1, cluster: 1 }),
  ],
  [
    "throughput of a Cluster with replicas against one Redis alone",
    () => clusterThroughput({ single: 0, cluster: 1 }),
  ],
  ["resident memory of a standby and of the writer", memory],
  ["rolling update of three replicas", rollingUpdate],
];

for (const [what, measure] of PARTS) {
  if (what.includes(Deno.args[0] ?? "")) console.log(`${what}: ${await measure()}`);
}

/** Formats the times of the runs. */
async function repeat(run: () => Promise<number>): Promise<string> {
  const seconds: string[] = [];
  for (let i = 0; i < RUNS; i++) seconds.push(`${((await run()) / 1_000).toFixed(2)} s`);
  return seconds.join(", ");
}

/** Runs replicas on a cluster that changes continuously. Each change is saved immediately. */
async function withLife(
  options: { topology: TopologyName; replicas: number },
  run: (replicas: Replicas) => Promise<number>,
): Promise<number> {
  await using replicas = await Replicas.open({ topology: options.topology });
  const stop = new AbortController();
  const { store } = replicas.simulator;
  const life = livingCluster({ store, signal: stop.signal, seed: 1, changesPerSecond: 50 });
  try {
    for (let i = 0; i < options.replicas; i++) await replicas.start("--redis-batch-size=1");
    const writer = await replicas.writer();
    await holds(async () => {
      if (await lastFlush(writer) < Date.now() - 500) throw new Error("nothing is written");
    });
    return await run(replicas);
  } finally {
    stop.abort();
    await life;
  }
}

async function lastFlush(astrolabe: Astrolabe): Promise<number> {
  return Date.parse((await astrolabe.json("/health")).persistence.lastFlush ?? 0);
}

function afterPrimaryDeath(topology: TopologyName, fail: "kill" | "pause"): Promise<number> {
  return withLife({ topology, replicas: 1 }, async (replicas) => {
    const [astrolabe] = [...replicas.running] as [Astrolabe];
    const connections = () => astrolabe.output.split("Successfully connected").length;
    const before = connections();
    const primary = await replicas.redis.primary();
    const start = Date.now();
    await primary[fail]();
    const connected = await holds(() => {
      if (connections() === before) throw new Error("it is not connected again");
      return Date.now();
    });
    const written = await holds(async () => {
      const time = await lastFlush(astrolabe);
      if (time < connected - 50) throw new Error("it does not write again");
      return time;
    });
    if (fail === "pause") primary.resume();
    return written - start;
  });
}

function afterWriterEnds(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
  return withLife({ topology: "direct", replicas: 2 }, async (replicas) => {
    const writer = await replicas.writer();
    const [standby] = [...replicas.running].filter((it) => it !== writer) as [Astrolabe];
    await holds(async () => {
      if (await roleOf(standby) !== "standby") throw new Error("it does not stand by");
    });
    const start = Date.now();
    const ended = replicas.stop(writer, signal);
    const written = await holds(async () => {
      const time = await lastFlush(standby);
      if (!(time > start)) throw new Error("the standby does not write");
      return time;
    });
    await ended;
    return written - start;
  });
}

/**
 * Saves the same graph alternately to a Redis and to a Cluster, and compares the runs pair by pair. Both have
 * replicas or neither has, since a replica receives every write and shares the processors of this machine.
 */
async function clusterThroughput({ single, cluster }: Compared): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await RedisServer.start("--repl-diskless-sync-delay", "0"));
  for (let i = 0; i < single; i++) {
    const replica = stack.use(await RedisServer.start("--replicaof", `127.0.0.1 ${server.port}`));
    await isReplica(replica);
  }
  const nodes = stack.use(await RedisCluster.open({ replicas: cluster }));
  const { server: owner } = await nodes.ownerOf(TAGGED);
  const targets = [server, { location: nodes.location, keyPrefix: TAGGED }] as const;
  const servers = [server, owner] as const;
  const runs: Cost[][] = [[], []];
  for (let i = 0; i < RUNS * 4; i++) {
    for (const which of i % 2 ? [0, 1] as const : [1, 0] as const) {
      const graph = new UnsavedGraph({ objects: OBJECTS / 3, seed: 1 });
      for (const it of servers) await it.command("FLUSHALL");
      const before = process.cpuUsage();
      const redisBefore = await processorTime(servers[which]);
      const { writes, milliseconds } = await graph.save(targets[which]);
      const { user, system } = process.cpuUsage(before);
      const redis = await processorTime(servers[which]) - redisBefore;
      runs[which]?.push({ writes, milliseconds, ours: (user + system) / 1_000, redis });
    }
  }
  const [one = [], many = []] = runs;
  const ratios = (of: keyof Cost) => one.map((it, i) => it[of] / (many[i]?.[of] ?? NaN));
  const byTime = ratios("milliseconds");
  const rates = many.map(({ writes, milliseconds }) => writes / milliseconds * 1_000);
  return `${median(byTime).toFixed(2)} (${Math.min(...byTime).toFixed(2)} to ${
    Math.max(...byTime).toFixed(2)
  }) by time, median of ${byTime.length} pairs; ${median(ratios("ours")).toFixed(2)} by our CPU time, ${
    median(ratios("redis")).toFixed(2)
  } by that of Redis; ${Math.round(median(rates))} writes/s`;
}

/** The replicas of the single Redis, and of each node of the Cluster. */
interface Compared {
  readonly single: 0 | 1;
  readonly cluster: 0 | 1;
}

/** What it took to save a graph. Times are in milliseconds; `ours` and `redis` are those of the processor. */
interface Cost {
  readonly writes: number;
  readonly milliseconds: number;
  readonly ours: number;
  readonly redis: number;
}

/** The milliseconds of the processor that a server has taken. */
async function processorTime(server: RedisServer): Promise<number> {
  const info = `${await server.command("INFO", "cpu")}`;
  const seconds = (name: string) => Number(new RegExp(`${name}:(\\S+)`).exec(info)?.[1]);
  return (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1_000;
}

async function isReplica(server: RedisServer): Promise<void> {
  await holds(async () => {
    const info = `${await server.command("INFO", "replication")}`;
    if (!/master_link_status:up/.test(info)) throw new Error(info);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function memory(): Promise<string> {
  await using replicas = await Replicas.open({ topology: "direct", objects: OBJECTS });
  await replicas.start();
  const writer = await replicas.writer();
  const standby = await replicas.start();
  for (const astrolabe of replicas.running) {
    await holds(async () => {
      if (!(await astrolabe.json("/health")).synced) throw new Error("it is not synced");
    }, 60);
  }
  await holds(async () => {
    if ((await writer.json("/health")).persistence.lastSnapshot === undefined) throw new Error("it saves");
  }, 60);
  const resident = async (astrolabe: Astrolabe) => {
    const { text } = await astrolabe.text("/metrics");
    return Math.round(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20);
  };
  return `${await resident(standby)} MB and ${await resident(writer)} MB with ${OBJECTS} objects`;
}

async function rollingUpdate(): Promise<string> {
  await using replicas = await Replicas.open({ topology: "direct" });
  await using update = new RollingUpdate(replicas);
  for (let i = 0; i < 3; i++) await update.add();
  const wrk = new Deno.Command("wrk", {
    args: ["-t1", "-c16", "-d60s", `${update.url}/api/v1/releases`],
    stdout: "piped",
  }).spawn();
  const output = wrk.output();
  for (let i = 0; i < 3; i++) await update.replaceOldest();
  const text = new TextDecoder().decode((await output).stdout);
  const line = (start: string) => text.split("\n").find((it) => it.includes(start))?.trim() ?? "";
  return [
    line("requests in"),
    line("Requests/sec"),
    line("Socket errors") || "no socket errors",
    line("Non-2xx"),
  ]
    .filter(Boolean).join("; ");
}
