/**
 * Measures the requests per second over eight connections, alternately with a prepared Hono answer of the
 * same size, and the peak of the resident memory.
 */
import { BareServer } from "./bare_server.ts";
import type { BenchCluster } from "./bench_cluster.ts";
import { Churn } from "./churn.ts";
import { load } from "./load.ts";
import type { Measure } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";

const CHANGES_A_SECOND = 10;

export interface MeasureRatesOptions {
  readonly runs: number;
  /** The seconds of each load. */
  readonly seconds: number;
}

interface Case {
  readonly name: string;
  readonly path: string;
  /** The size of the answer in bytes. */
  readonly bytes: number;
  readonly must?: number;
  /** The limit of the resident memory under the load, in megabytes. */
  readonly mustPeak?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly notModified?: boolean;
  /** Whether the cluster changes during the load. */
  readonly changing?: boolean;
}

/** The server refuses to answer more resources at once. */
const ANSWERED_MOST = 250_000;
/** Among so many releases there is one of a typical size. */
const RELEASES_ASKED = 500;

export async function* measureRates(
  cluster: BenchCluster,
  options: MeasureRatesOptions,
): AsyncGenerator<Measure> {
  const server = await ServerProcess.start(cluster);
  await server.synced();
  const cases = await findCases(server);
  const bare = await BareServer.start([...new Set(cases.map(({ bytes }) => bytes))]);
  for (const one of cases) yield* measureCase(one, { ...options, cluster, server, bare });
  await bare.stop();
  await server.stop();
}

async function findCases(server: ServerProcess): Promise<Case[]> {
  const whole = "/api/v1/graph";
  const namespaces: string[] = JSON.parse(await server.get("/api/v1/namespaces"));
  const releases: Release[] = JSON.parse(await server.get("/api/v1/releases?detail=true"));
  const sampled = releases.slice(0, RELEASES_ASKED).map(({ namespace, name }) => `${namespace}/${name}`);
  const namespace = await closest(server, 90_000, namespaces.map((name) => `${whole}?namespace=${name}`));
  const release = await closest(server, 5_000, sampled.map((name) => `${whole}?release=${name}`));
  const sized = async (path: string) => ({ path, bytes: (await server.get(path)).length });
  const { nodes } = JSON.parse(await server.get("/health"));
  const wholeGraph = nodes <= ANSWERED_MOST ? await sized(whole) : undefined;
  return [
    ...(wholeGraph === undefined ? [] : [
      { name: "whole graph", ...wholeGraph, must: 100, mustPeak: 300 },
      { name: "whole graph, ten changes a second", ...wholeGraph, must: 45, mustPeak: 300, changing: true },
    ]),
    { name: "graph of a namespace", ...namespace, must: 6_000 },
    { name: "graph of a release", ...release, must: 25_000 },
    { name: "resources of a namespace", ...await sized(namespace.path.replace("graph", "resources")) },
    { name: "releases", ...await sized("/api/v1/releases") },
    {
      name: "not modified",
      path: wholeGraph?.path ?? namespace.path,
      bytes: 0,
      notModified: true,
      headers: { "if-none-match": "*" },
    },
    { name: "livez", ...await sized("/livez") },
  ];
}

async function* measureCase(
  one: Case,
  { runs, seconds, cluster, server, bare }: MeasureRatesOptions & {
    cluster: BenchCluster;
    server: ServerProcess;
    bare: BareServer;
  },
): AsyncGenerator<Measure> {
  const { path, bytes, headers = {}, changing = false } = one;
  const bareUrl = `${bare.url}/${one.notModified ? "not-modified" : bytes}`;
  const rates: number[] = [];
  const bareRates: number[] = [];
  const peaks: number[] = [];
  for (let run = 0; run < runs; run++) {
    server.memory.forgetPeak();
    const churn = changing
      ? new Churn(() => cluster.restartContainer(cluster.nextPod()), CHANGES_A_SECOND)
      : undefined;
    rates.push(await load(server.url + path, { seconds, headers }));
    const changes = await churn?.stop();
    if (changes !== undefined && changes < CHANGES_A_SECOND * 0.8) {
      throw new Error(`the API server took ${changes} changes a second only`);
    }
    peaks.push(server.memory.peak / 1e6);
    bareRates.push(await load(bareUrl, { seconds }));
  }
  const size = bytes === 0
    ? ""
    : `, ${bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`}`;
  yield {
    name: one.name + size,
    unit: "requests/s",
    better: "more",
    runs: rates,
    bare: bareRates,
    ...(one.must === undefined ? {} : { must: one.must }),
  };
  // For a limit, the worst run counts.
  yield {
    name: `${one.name}, peak of resident memory`,
    unit: "MB",
    better: "less",
    runs: [Math.max(...peaks)],
    ...(one.mustPeak === undefined ? {} : { must: one.mustPeak }),
  };
}

/** Returns the path whose answer is closest to the size. */
async function closest(server: ServerProcess, size: number, paths: readonly string[]) {
  let found = { path: "", bytes: Infinity };
  for (const path of paths) {
    const bytes = (await server.get(path)).length;
    if (Math.abs(bytes - size) < Math.abs(found.bytes - size)) found = { path, bytes };
  }
  return found;
}

interface Release {
  readonly namespace: string;
  readonly name: string;
}
