/**
 * Measures the first sync of a new process: its time, its memory, and, in separate runs with a probe in the
 * server, for how long the event loop was blocked.
 */
import type { BenchCluster } from "./bench_cluster.ts";
import type { Measure } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";
import { settled } from "./settled.ts";

export interface MeasureSyncOptions {
  readonly runs: number;
  readonly must: { readonly seconds?: number; readonly resident?: number; readonly block?: number };
}

export async function* measureSync(
  cluster: BenchCluster,
  { runs, must }: MeasureSyncOptions,
): AsyncGenerator<Measure> {
  const seconds: number[] = [];
  const sinceStart: number[] = [];
  const resident: number[] = [];
  const peak: number[] = [];
  const blocks: number[] = [];
  for (let run = 0; run < runs; run++) {
    const server = await ServerProcess.start(cluster);
    const synced = await server.synced();
    seconds.push((synced - server.serving) / 1000);
    sinceStart.push((synced - server.started) / 1000);
    await settled();
    resident.push(server.memory.resident / 1e6);
    peak.push(server.memory.peak / 1e6);
    await server.stop();
    blocks.push(await longestBlock(cluster));
  }
  const less = { better: "less" } as const;
  yield { name: "first sync", unit: "s", ...less, runs: seconds, ...target(must.seconds) };
  yield { name: "first sync, from the start of the process", unit: "s", ...less, runs: sinceStart };
  yield {
    name: "resident memory after the sync",
    unit: "MB",
    ...less,
    runs: resident,
    ...target(must.resident),
  };
  yield { name: "resident memory, peak of the sync", unit: "MB", ...less, runs: peak };
  yield { name: "longest block in the sync", unit: "ms", ...less, runs: blocks, ...target(must.block) };
}

async function longestBlock(cluster: BenchCluster): Promise<number> {
  const server = await ServerProcess.start({ kubeconfig: cluster.kubeconfig, probed: true });
  const synced = await server.synced();
  await server.stop();
  // A block that began before the server listened belongs to its start, not to the sync.
  const blocks = server.log.lines
    .filter(({ message, time }) => message === "Blocked" && time > server.serving && time <= synced)
    .map(({ time, fields }) => Math.min(Number(fields["milliseconds"]), time - server.serving));
  return Math.max(0, ...blocks);
}

function target(must: number | undefined): { must?: number } {
  return must === undefined ? {} : { must };
}
