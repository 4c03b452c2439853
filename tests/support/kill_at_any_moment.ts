import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { PersistedCluster } from "./persisted_cluster.ts";
import { random } from "./random.ts";

/** How long the first life lasts at most, from when it listens: its sync and its first flushes. */
const LIFE_MILLISECONDS = 1_500;

/**
 * Kills Astrolabe at a random moment of a random life of a cluster, starts it again, and waits until
 * memory, Redis and the API server hold the same.
 */
export async function killAtAnyMoment(seed: number): Promise<void> {
  const next = random(seed);
  await using cluster = await PersistedCluster.open({ objects: 100 + Math.floor(next() * 200), seed });
  const stop = new AbortController();
  const changesPerSecond = 50 + Math.floor(next() * 500);
  const life = livingCluster({ store: cluster.simulator.store, signal: stop.signal, seed, changesPerSecond });
  const batchSize = `--redis-batch-size=${1 + Math.floor(next() * 100)}`;
  try {
    const first = await cluster.start(batchSize);
    await new Promise((resolve) => setTimeout(resolve, next() * LIFE_MILLISECONDS));
    await cluster.stop(first, "SIGKILL");
    await cluster.forgetLease();
    const second = await cluster.start(batchSize);
    stop.abort();
    await cluster.atRest(second);
  } finally {
    stop.abort();
    await life;
  }
}
