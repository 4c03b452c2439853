/**
 * Measures the time from the API server's answer to a write until an answer of the server shows the write.
 * One connection sends requests in a tight loop, so every figure includes one round trip of about half a
 * millisecond.
 */
import type { BenchCluster } from "./bench_cluster.ts";
import type { Measure } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";

const CHANGES = 500;
const DEADLINE_MILLISECONDS = 10_000;

export async function* measureLatency(
  cluster: BenchCluster,
  { runs }: { runs: number },
): AsyncGenerator<Measure> {
  const server = await ServerProcess.start(cluster);
  await server.synced();
  const medians: number[] = [];
  const slowest: number[] = [];
  for (let run = 0; run < runs; run++) {
    const delays: number[] = [];
    for (let change = 0; change < CHANGES; change++) delays.push(await delayOfChange(server, cluster));
    delays.sort((a, b) => a - b);
    medians.push(percentile(delays, 0.5));
    slowest.push(percentile(delays, 0.99));
  }
  await server.stop();
  yield { name: "change to visible, p50", unit: "ms", better: "less", runs: medians, must: 2 };
  yield { name: "change to visible, p99", unit: "ms", better: "less", runs: slowest, must: 10 };
}

async function delayOfChange(server: ServerProcess, cluster: BenchCluster): Promise<number> {
  const pod = cluster.nextPod();
  const before = await restartCount(server, pod.uid);
  await cluster.restartContainer(pod);
  const written = performance.now();
  while (await restartCount(server, pod.uid) === before) {
    if (performance.now() - written > DEADLINE_MILLISECONDS) throw new Error(`${pod.name} did not change`);
  }
  return performance.now() - written;
}

async function restartCount(server: ServerProcess, uid: string): Promise<number> {
  return JSON.parse(await server.get(`/api/v1/resources/${uid}`)).restartCount;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
