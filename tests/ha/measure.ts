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
  ["throughput of the tagged Cluster against one Redis", clusterThroughput],
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

/** Saves the same graph alternately, and compares the runs pair by pair. */
async function clusterThroughput(): Promise<string> {
  await using single = await RedisServer.start();
  await using cluster = await RedisCluster.open();
  const { server: owner } = await cluster.ownerOf(TAGGED);
  const targets = [single, { location: cluster.location, keyPrefix: TAGGED }] as const;
  const rates: number[][] = [[], []];
  const costs: number[][] = [[], []];
  for (let i = 0; i < RUNS * 4; i++) {
    for (const which of i % 2 ? [0, 1] : [1, 0]) {
      const target = targets[which] ?? single;
      const graph = new UnsavedGraph({ objects: OBJECTS / 3, seed: 1 });
      for (const server of [single, owner]) await server.command("FLUSHALL");
      const before = process.cpuUsage();
      const { writes, milliseconds } = await graph.save(target);
      const { user, system } = process.cpuUsage(before);
      rates[which]?.push(writes / milliseconds * 1_000);
      costs[which]?.push((user + system) / 1_000);
    }
  }
  const pairs = (a: readonly number[] = [], b: readonly number[] = []) =>
    a.map((value, i) => value / (b[i] ?? NaN));
  const [one, many] = rates;
  const [cpuOfOne, cpuOfMany] = costs;
  const ratios = pairs(many, one);
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${
    Math.max(...ratios).toFixed(2)
  }) ` +
    `by time, median of ${ratios.length} pairs; ${
      median(pairs(cpuOfOne, cpuOfMany)).toFixed(2)
    } by our CPU time`;
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
