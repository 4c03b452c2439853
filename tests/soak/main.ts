/**
 * Runs the server for a long time under faults, and checks for leaks, drifts and differences:
 *
 *     deno task soak [--minutes 10] [--objects 30000] [--changes 100] [--seed 1] [--picture dist/soak.svg]
 *                    [--json FILE]
 *
 * A simulated cluster changes continuously, the API server and Redis have one fault after another, and
 * clients send requests. At the end the faults stop. Then the API server, the server's memory and Redis must
 * hold the same graph; memory, open files, event-loop lag and dirty keys must be back at their first values;
 * and every request must have been answered. When the server stops, its graph must be consistent.
 */
import { kinds } from "../../src/kinds/registry.ts";
import { sleep, systemClock } from "../../src/model/clock.ts";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { makeBundle } from "../bench/make_bundle.ts";
import { ServerProcess } from "../bench/server_process.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { RedisServer } from "../support/redis_server.ts";
import { apiServerFaults } from "./api_server_faults.ts";
import { ask, type Asked } from "./asker.ts";
import { curvesAsText, judge, type Sample, verdictsAsText } from "./curves.ts";
import { differences } from "./differences.ts";
import { readOptions, type SoakOptions } from "./options.ts";
import { pictureOf } from "./picture.ts";
import { readGraph } from "./read_graph.ts";
import { redisFaults } from "./redis_faults.ts";
import { makeTrouble } from "./trouble.ts";

const SAMPLES_EVERY_MILLISECONDS = 5_000;
/** The longest time until anything is tried again: a silent watch, then its backoff. */
const REST_MILLISECONDS = 300_000;
const SNAPSHOT_SECONDS = 30;
const MOST_SHOWN = 20;

async function soak(options: SoakOptions): Promise<boolean> {
  const { minutes, objects, seed, changesPerSecond } = options;
  await makeBundle();
  const simulator = Simulator.start({ kinds, seed });
  simulator.store.fill(sampleCluster({ objects, seed }));
  await using redis = await RedisServer.start("--save", "60 1");
  const kubeconfig = `${redis.folder}/kubeconfig`;
  Deno.writeTextFileSync(kubeconfig, kubeconfigOf(simulator.url));
  const server = await ServerProcess.start({
    kubeconfig,
    flags: [
      "--enable-persistence",
      `--redis-addr=127.0.0.1:${redis.port}`,
      `--snapshot-interval=${SNAPSHOT_SECONDS}`,
      // At this verbosity the server validates its graph when it stops.
      "--v=4",
    ],
  });
  await server.synced();

  const signal = AbortSignal.timeout(minutes * 60_000);
  const asked: Asked = { answers: 0, failures: [] };
  const asking = new AbortController();
  const asker = ask(server.url, asked, { seed, signal: asking.signal });
  const before = simulator.store.revision;
  const [samples, ...troubles] = await Promise.all([
    takeSamples(server, signal),
    makeTrouble(apiServerFaults(simulator), { seed, signal }),
    makeTrouble(redisFaults(redis), { seed: seed + 1, signal }),
    livingCluster({ store: simulator.store, signal, seed, changesPerSecond }),
  ]);
  const changes = simulator.store.revision - before;
  const rest = await comesToRest({ server, simulator, redis });
  asking.abort();
  await asker;
  await server.stop();
  const errors = server.log.lines.filter(({ fields }) => fields["level"] === "error");
  const validated = server.log.lines.some(({ message }) => message === "Validated the graph");
  await simulator.close();

  const verdicts = judge(samples);
  Deno.writeTextFileSync(options.picture, pictureOf(samples));
  if (options.json) Deno.writeTextFileSync(options.json, JSON.stringify({ ...options, samples }));
  console.log(`\n${curvesAsText(samples)}\n\n${verdictsAsText(verdicts)}\n`);
  for (const [i, who] of ["API server", "Redis"].entries()) {
    for (const [name, times] of troubles[i] as Map<string, number>) {
      console.log(`${who}: ${name}, ${times} times`);
    }
  }
  console.log(`${changes.toLocaleString("en")} changes, ${asked.answers.toLocaleString("en")} answers`);
  report("requests without an answer", asked.failures);
  report("errors in the log", errors.map((line) => JSON.stringify(line)));
  report("differences at rest", rest.differences);
  if (!validated) console.log("The server did not validate its graph");
  console.log(`At rest ${rest.seconds.toFixed(1)} s after the last fault. Picture: ${options.picture}`);
  return validated && verdicts.every(({ isFlat }) => isFlat) &&
    asked.failures.length + errors.length + rest.differences.length === 0;
}

async function takeSamples(server: ServerProcess, signal: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  while (!signal.aborted) {
    const metrics = await server.get("/metrics");
    const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
    samples.push({
      seconds: (performance.now() - start) / 1_000,
      resident: server.memory.resident / 1e6,
      lag: read("astrolabe_event_loop_lag_seconds") * 1_000,
      files: [...Deno.readDirSync(`/proc/${server.pid}/fd`)].length,
      dirty: read("astrolabe_persistence_dirty_keys"),
      nodes: [...metrics.matchAll(/^astrolabe_nodes\{.*\} (\d+)$/gm)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      ),
    });
    await sleep(SAMPLES_EVERY_MILLISECONDS, { clock: systemClock, signal });
  }
  return samples;
}

interface World {
  readonly server: ServerProcess;
  readonly simulator: Simulator;
  readonly redis: RedisServer;
}

/**
 * Waits until all three are equal. Returns the time, and the differences that are left after the deadline.
 */
async function comesToRest({ server, simulator, redis }: World) {
  simulator.faults.clear();
  const start = performance.now();
  const passed = () => performance.now() - start;
  let found: string[];
  do {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const { synced, persistence: { dirtyKeys } } = JSON.parse(await server.get("/health"));
    if (!synced || dirtyKeys > 0) {
      found = [`synced: ${synced}, dirty keys: ${dirtyKeys}`];
      continue;
    }
    const { store } = simulator;
    const objects = Array.from(store.collections).reduce((sum, { size }) => sum + size, 0);
    const namespaces = store.list("Namespace").map(({ metadata }) => metadata.name);
    const answer = await readGraph({ get: (path) => server.get(path), objects, namespaces });
    found = differences({ store: simulator.store, answer, database: await redis.dump() });
  } while (found.length > 0 && passed() < REST_MILLISECONDS);
  return { seconds: passed() / 1_000, differences: found };
}

function report(what: string, lines: readonly string[]): void {
  console.log(`${lines.length} ${what}`);
  for (const line of lines.slice(0, MOST_SHOWN)) console.log(`  ${line}`);
}

let options: SoakOptions;
try {
  options = readOptions(Deno.args);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`soak: ${error.message}`);
  Deno.exit(2);
}
Deno.exit(await soak(options) ? 0 : 1);
