import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { holds } from "./holds.ts";
import { PersistedCluster } from "./persisted_cluster.ts";
import { random } from "./random.ts";

/** The seconds of changes within which the first process is killed: during its sync or its first flushes. */
const FIRST_LIFE_SECONDS = 1.5;

/**
 * Kills Astrolabe after a random number of changes to a cluster, starts it again, and waits until memory,
 * Redis and the API server are equal.
 */
export async function killAtAnyMoment(seed: number): Promise<void> {
  const next = random(seed);
  await using cluster = await PersistedCluster.open({ objects: 100 + Math.floor(next() * 200), seed });
  const stop = new AbortController();
  const changesPerSecond = 50 + Math.floor(next() * 500);
  const { store } = cluster.simulator;
  const life = livingCluster({ store, signal: stop.signal, seed, changesPerSecond });
  const batchSize = `--redis-batch-size=${1 + Math.floor(next() * 100)}`;
  try {
    const first = await cluster.start(batchSize);
    const end = store.revision + Math.floor(next() * FIRST_LIFE_SECONDS * changesPerSecond);
    await holds(() => {
      if (store.revision < end) throw new Error("the cluster hardly changes");
    }, 60);
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
