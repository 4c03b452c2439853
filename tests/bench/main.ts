/**
 * Measures the server on sample clusters and prints a table:
 *
 *     deno task bench [--objects 30000,120000] [--only base,sync,bytes,rates,latency,stream,persistence,kills] [--runs 5]
 *                     [--seconds 3] [--seed 1] [--json FILE]
 *
 * The server runs from the bundle. The server, the API server and the clients are separate processes. The
 * same seed gives the same cluster. The best of the runs counts, because other load on the machine only makes
 * figures worse.
 */
import { BenchCluster } from "./bench_cluster.ts";
import { loadGenerator } from "./load.ts";
import { makeBundle } from "./make_bundle.ts";
import { best, type Measure } from "./measure.ts";
import { measureBase } from "./measure_base.ts";
import { measureBytes } from "./measure_bytes.ts";
import { measureKills } from "./measure_kills.ts";
import { measureLatency } from "./measure_latency.ts";
import { measurePersistence } from "./measure_persistence.ts";
import { measureRates } from "./measure_rates.ts";
import { measureDataset } from "./measure_dataset.ts";
import { measureStream } from "./measure_stream.ts";
import { measureSync } from "./measure_sync.ts";
import { measureWrites } from "./measure_writes.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { table } from "./table.ts";

/** The targets, by number of objects. */
const SYNC_TARGETS = new Map([
  [30_000, { seconds: 2, resident: 120, block: 25 }],
  [120_000, { resident: 165, block: 25 }],
]);
/** The largest allowed ratio between the sync times of two sizes, of which one is four times the other. */
const MOST_TIMES_FOR_FOUR_TIMES = 5;

async function* measureAll(options: BenchOptions): AsyncGenerator<Measure> {
  const { sizes, parts, runs, seconds, seed } = options;
  if (parts.has("base")) yield* measureBase({ runs });
  const syncs = new Map<number, number>();
  for (const objects of sizes) {
    const name = (measure: Measure) => ({ ...measure, name: `${objects / 1000}k: ${measure.name}` });
    const isFirst = objects === sizes[0];
    if (parts.has("bytes")) yield name(measureBytes({ objects, seed }));
    if (parts.has("persistence") && isFirst) {
      for await (const result of measureWrites({ objects, seed, runs })) yield name(result);
    }

    const withCluster = [
      ...(parts.has("sync")
        ? [(cluster: BenchCluster) => measureSync(cluster, { runs, must: SYNC_TARGETS.get(objects) ?? {} })]
        : []),
      ...(parts.has("latency") && isFirst
        ? [(cluster: BenchCluster) => measureLatency(cluster, { runs })]
        : []),
      ...(parts.has("stream") && isFirst
        ? [(cluster: BenchCluster) => measureStream(cluster, { runs, seconds })]
        : []),
      ...(parts.has("rates") && isFirst
        ? [(cluster: BenchCluster) => measureRates(cluster, { runs, seconds })]
        : []),
      ...(parts.has("persistence") && isFirst
        ? [(cluster: BenchCluster) => measurePersistence(cluster, { runs })]
        : []),
    ];
    if (withCluster.length === 0) continue;
    const cluster = await BenchCluster.start({ objects, seed });
    console.error(`${objects.toLocaleString("en")} objects on ${cluster.name}`);
    try {
      for (const measure of withCluster) {
        for await (const result of measure(cluster)) {
          if (result.name === "first sync") syncs.set(objects, best(result, result.runs));
          yield name(result);
        }
      }
    } finally {
      await cluster.close();
    }
  }
  if (parts.has("persistence")) yield await measureDataset({ objects: 5_000, seed });
  if (parts.has("kills")) yield await measureKills({ seeds: 200 });
  for (const [objects, time] of syncs) {
    const quarter = syncs.get(objects / 4);
    if (quarter === undefined) continue;
    yield {
      name: `${objects / 1000}k: first sync, against that of ${objects / 4000}k`,
      unit: "times",
      better: "less",
      runs: [time / quarter],
      must: MOST_TIMES_FOR_FOUR_TIMES,
    };
  }
}

async function run(options: BenchOptions): Promise<void> {
  await makeBundle();

  const [loadAverage] = Deno.loadavg();
  const measures: Measure[] = [];
  for await (const measure of measureAll(options)) {
    console.error(table([measure]).split("\n")[1]);
    measures.push(measure);
  }
  const circumstances = {
    date: new Date().toISOString(),
    deno: Deno.version.deno,
    cores: navigator.hardwareConcurrency,
    // The load of the minute before the bench: other programs on the machine.
    loadAverage,
    load: loadGenerator,
    runs: options.runs,
    seed: options.seed,
  };
  console.log(`\n${table(measures)}\n`);
  const json = JSON.stringify({ ...circumstances, measures });
  if (options.json === undefined) console.log(json);
  else Deno.writeTextFileSync(options.json, `${json}\n`);
}

let options: BenchOptions;
try {
  options = readOptions(Deno.args);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`bench: ${error.message}`);
  Deno.exit(2);
}
await run(options);
