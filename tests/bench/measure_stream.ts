/**
 * Measures the change stream: the time until a change reaches the clients, the memory of idle clients, and
 * the CPU time of twenty views while the cluster changes.
 */
import type { BenchCluster } from "./bench_cluster.ts";
import { Churn } from "./churn.ts";
import { LineStream } from "./line_stream.ts";
import type { Measure } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";

const CHANGES = 100;
const IDLE_CLIENTS = 100;
const VIEWS = 20;
const CHANGES_PER_SECOND = 100;
const SETTLE_MS = 3_000;

export async function* measureStream(
  cluster: BenchCluster,
  { runs, seconds }: { runs: number; seconds: number },
): AsyncGenerator<Measure> {
  const server = await ServerProcess.start(cluster);
  await server.synced();
  try {
    yield* await measureDelays(server, { cluster, runs });
    yield await measureIdleClients(server);
    yield await measureCpu(server, { cluster, runs, seconds });
  } finally {
    await server.stop();
  }
}

async function measureDelays(
  server: ServerProcess,
  { cluster, runs }: { cluster: BenchCluster; runs: number },
): Promise<Measure[]> {
  const client = await Client.open(server, "kind=Pod");
  const medians: number[] = [];
  const slowest: number[] = [];
  for (let run = 0; run < runs; run++) {
    const delays: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      // Spread the changes over the time between two ticks.
      await pause(Math.random() * 250);
      const pod = cluster.nextPod();
      const seen = client.next(pod.uid);
      await cluster.restartContainer(pod);
      const written = performance.now();
      // The stream may deliver the change before the API server answers the write.
      delays.push(Math.max(0, await seen - written));
    }
    delays.sort((a, b) => a - b);
    medians.push(delays[Math.floor(delays.length / 2)] ?? NaN);
    slowest.push(delays[Math.floor(delays.length * 0.99)] ?? NaN);
  }
  await client.close();
  return [
    { name: "change to stream, p50", unit: "ms", better: "less", runs: medians, must: 160 },
    { name: "change to stream, p99", unit: "ms", better: "less", runs: slowest, must: 300 },
  ];
}

async function measureIdleClients(server: ServerProcess): Promise<Measure> {
  // The first clients let V8 compile the code.
  const first = await Promise.all(Array.from({ length: 10 }, () => Client.open(server, "namespace=none")));
  for (const client of first) await client.close();
  await pause(SETTLE_MS);
  const before = server.memory.resident;
  const clients = [];
  for (let i = 0; i < IDLE_CLIENTS; i++) {
    clients.push(await Client.open(server, `namespace=none-${i % VIEWS}`));
  }
  await pause(SETTLE_MS);
  const cost = server.memory.resident - before;
  for (const client of clients) await client.close();
  return {
    name: `resident memory of ${IDLE_CLIENTS} idle stream clients`,
    unit: "MB",
    better: "less",
    runs: [cost / 1e6],
    must: 10,
  };
}

async function measureCpu(
  server: ServerProcess,
  { cluster, runs, seconds }: { cluster: BenchCluster; runs: number; seconds: number },
): Promise<Measure> {
  const namespaces: string[] = JSON.parse(await server.get("/api/v1/namespaces"));
  const queries = Array.from({ length: VIEWS }, (_, i) => i === 0 ? "" : `namespace=${namespaces[i]}`);
  const clients = await Promise.all(queries.map((query) => Client.open(server, query)));
  await pause(SETTLE_MS);
  const churn = new Churn(async () => await cluster.restartContainer(cluster.nextPod()), CHANGES_PER_SECOND);
  const shares: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = await cpuSeconds(server);
    const start = performance.now();
    await pause(seconds * 1000);
    const spent = await cpuSeconds(server) - before;
    shares.push(spent * 1000 / (performance.now() - start));
  }
  await churn.stop();
  for (const client of clients) await client.close();
  return {
    name: `cores used by ${VIEWS} views and ${CHANGES_PER_SECOND} changes/s`,
    unit: "times",
    better: "less",
    runs: shares,
    must: 0.15,
  };
}

async function cpuSeconds(server: ServerProcess): Promise<number> {
  const metrics = await server.get("/metrics");
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A client that reads everything immediately, and records when it receives a uid. */
class Client {
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #waiting = new Map<string, (time: number) => void>();

  static async open({ url }: ServerProcess, query: string): Promise<Client> {
    const { body } = await fetch(`${url}/api/v1/watch?${query}`);
    if (body === null) throw new Error("the stream has no body");
    const client = new Client(body);
    await new Promise<void>((resolve, reject) => client.#read(resolve).catch(reject));
    return client;
  }

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#lines = body.pipeThrough(new LineStream()).getReader();
  }

  /** Resolves with the time at which the uid is received next. */
  next(uid: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(uid, resolve));
  }

  async close(): Promise<void> {
    await this.#lines.cancel();
  }

  async #read(onSnapshot: () => void): Promise<void> {
    for (;;) {
      const { done, value: line } = await this.#lines.read();
      if (done) return;
      const now = performance.now();
      if (line === "") continue;
      if (!line.endsWith(',"partial":true}')) onSnapshot();
      if (this.#waiting.size === 0) continue;
      for (const [uid, resolve] of this.#waiting) {
        if (!line.includes(uid)) continue;
        this.#waiting.delete(uid);
        resolve(now);
      }
    }
  }
}
