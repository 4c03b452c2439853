/**
 * Measures the server with a Redis: the times to save and to load, the cost in memory and in requests, and
 * the time to stop.
 */
import { RedisServer } from "../support/redis_server.ts";
import type { BenchCluster } from "./bench_cluster.ts";
import type { LogLine } from "./log_reader.ts";
import type { Measure } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";
import { settled } from "./settled.ts";

const REQUESTS = 1_000;
const NAMESPACE_QUESTIONS = 20;
const DEADLINE_MILLISECONDS = 60_000;

interface Figures {
  readonly saved: number[];
  readonly loaded: number[];
  readonly ready: number[];
  readonly endClean: number[];
  readonly endDirty: number[];
  readonly extraMemory: number[];
  readonly check: number[];
  readonly compare: number[];
  readonly block: number[];
  readonly extraDelay: number[];
}

export async function* measurePersistence(
  cluster: BenchCluster,
  { runs }: { runs: number },
): AsyncGenerator<Measure> {
  const figures: Figures = {
    saved: [],
    loaded: [],
    ready: [],
    endClean: [],
    endDirty: [],
    extraMemory: [],
    check: [],
    compare: [],
    block: [],
    extraDelay: [],
  };
  for (let run = 0; run < runs; run++) {
    await using redis = await RedisServer.start("--save", "3600 1");
    const flags = ["--enable-persistence", `--redis-addr=127.0.0.1:${redis.port}`];
    await firstLife(figures, { cluster, redis, flags });
    await secondLife(figures, { cluster, redis, flags });
    await probedLife(figures, { cluster, redis, flags });
    await lastLife(figures, { cluster, redis, flags });
  }
  const less = { better: "less" } as const;
  yield { name: "first sync saved, after its end", unit: "s", ...less, runs: figures.saved, must: 1.5 };
  yield { name: "load", unit: "s", ...less, runs: figures.loaded, must: 0.6 };
  yield {
    name: "loaded graph answers, from the start of the process",
    unit: "s",
    ...less,
    runs: figures.ready,
  };
  yield { name: "SIGTERM to end, nothing dirty", unit: "s", ...less, runs: figures.endClean, must: 0.5 };
  yield { name: "SIGTERM to end, everything dirty", unit: "s", ...less, runs: figures.endDirty, must: 3 };
  yield {
    name: "resident memory, more than without",
    unit: "MB",
    ...less,
    runs: figures.extraMemory,
    must: 25,
  };
  yield {
    name: "p99 of a namespace's graph in a burst, more than without",
    unit: "ms",
    ...less,
    runs: figures.extraDelay,
    must: 5,
  };
  yield { name: "snapshot, nothing to do", unit: "ms", ...less, runs: figures.check, must: 20 };
  yield { name: "snapshot, everything compared", unit: "ms", ...less, runs: figures.compare, must: 700 };
  yield {
    name: "longest block while everything is compared",
    unit: "ms",
    ...less,
    runs: figures.block,
    must: 25,
  };
}

interface Life {
  readonly cluster: BenchCluster;
  readonly redis: RedisServer;
  readonly flags: readonly string[];
}

/** Measures the first save to an empty Redis, then the memory compared with a server without persistence. */
async function firstLife(figures: Figures, { cluster, flags }: Life): Promise<void> {
  const server = await ServerProcess.start({ kubeconfig: cluster.kubeconfig, flags });
  const synced = await server.synced();
  await until(
    server,
    ({ persistence }) => persistence.lastSnapshot !== undefined && persistence.dirtyKeys === 0,
  );
  figures.saved.push((Date.now() - synced) / 1000);
  await settled();
  const withPersistence = server.memory.resident;
  figures.endClean.push(await end(server));

  const without = await ServerProcess.start({ kubeconfig: cluster.kubeconfig });
  await without.synced();
  await settled();
  figures.extraMemory.push((withPersistence - without.memory.resident) / 1e6);
  await without.stop();
}

/** Measures, with a full Redis: the load, checks without differences, and requests during a full rewrite. */
async function secondLife(figures: Figures, { cluster, redis, flags }: Life): Promise<void> {
  const server = await ServerProcess.start({
    kubeconfig: cluster.kubeconfig,
    flags: [...flags, "--snapshot-interval=1"],
  });
  figures.ready.push((await server.synced() - server.started) / 1000);
  await until(server, ({ synced }) => synced);
  const [load] = millisecondsOf(server, /^graph loaded from Redis in (\d+)ms/);
  if (load === undefined) throw new Error("nothing was loaded");
  figures.loaded.push(load / 1000);
  const isCheck = ({ fields }: LogLine) => fields["compared"] === "the number of keys";
  await eventually(() => server.log.lines.filter(isCheck).length >= 3);
  figures.check.push(Math.max(...millisecondsOf(server, /^Snapshot completed in (\d+)ms/, isCheck)));

  const namespaces: string[] = JSON.parse(await server.get("/api/v1/namespaces"));
  const paths = namespaces.slice(0, NAMESPACE_QUESTIONS).map((it) => `/api/v1/graph?namespace=${it}`);
  const quiet = await slowest(server, paths);
  const stop = new AbortController();
  const burst = writeAgain(redis, stop.signal);
  figures.extraDelay.push(await slowest(server, paths) - quiet);
  stop.abort();
  await burst;
  await server.stop();
}

/** Measures for how long a full comparison blocks the event loop, with a probe in the server. */
async function probedLife(figures: Figures, { cluster, redis, flags }: Life): Promise<void> {
  const server = await ServerProcess.start({ kubeconfig: cluster.kubeconfig, flags, probed: true });
  await until(server, ({ synced, persistence }) => synced && persistence.dirtyKeys === 0);
  await settled();
  const start = Date.now();
  await redis.command("CLIENT", "KILL", "TYPE", "normal");
  const isCompare = ({ time, fields }: LogLine) => time >= start && fields["compared"] === "everything";
  await eventually(() => server.log.lines.some(isCompare));
  const [compared = 0] = millisecondsOf(server, /^Snapshot completed in (\d+)ms/, isCompare);
  const blocks = server.log.lines.filter(({ time, message }) => time >= start && message === "Blocked");
  figures.compare.push(compared);
  figures.block.push(Math.max(0, ...blocks.map(({ fields }) => Number(fields["milliseconds"]))));
  await server.stop();
}

/** Measures the stop of a server that has saved nothing before, so that it must save everything then. */
async function lastLife(figures: Figures, { cluster, redis, flags }: Life): Promise<void> {
  await redis.command("FLUSHALL");
  const server = await ServerProcess.start({
    kubeconfig: cluster.kubeconfig,
    flags: [...flags, "--redis-flush-interval=3600", "--redis-batch-size=100000000"],
  });
  await server.synced();
  const { nodes, edges } = JSON.parse(await server.get("/health"));
  figures.endDirty.push(await end(server));
  const keys = Number(await redis.command("DBSIZE"));
  if (keys < nodes) throw new Error(`only ${keys} keys of ${nodes} nodes and ${edges} edges were saved`);
}

// deno-lint-ignore no-explicit-any -- health is what it is
async function until(server: ServerProcess, holds: (health: any) => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MILLISECONDS;
  while (!holds(JSON.parse(await server.get("/health")))) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${server.log.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MILLISECONDS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Returns the seconds from SIGTERM to the exit. */
async function end(server: ServerProcess): Promise<number> {
  const start = performance.now();
  await server.stop();
  return (performance.now() - start) / 1000;
}

function millisecondsOf(
  { log }: ServerProcess,
  message: RegExp,
  which: (line: LogLine) => boolean = () => true,
): number[] {
  return log.lines.filter(which).flatMap((line) => {
    const [, milliseconds] = message.exec(line.message) ?? [];
    return milliseconds === undefined ? [] : [Number(milliseconds)];
  });
}

/** Returns the 99th percentile of requests that are sent one after the other. */
async function slowest(server: ServerProcess, paths: readonly string[]): Promise<number> {
  const delays: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const start = performance.now();
    await server.get(paths[i % paths.length] ?? "/");
    delays.push(performance.now() - start);
  }
  return delays.toSorted((a, b) => a - b)[Math.floor(REQUESTS * 0.99)] ?? NaN;
}

/** Empties Redis repeatedly, so that the server is always writing everything. */
async function writeAgain(redis: RedisServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await redis.command("FLUSHALL");
    await redis.command("CLIENT", "KILL", "TYPE", "normal");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
