import { Cluster } from "./living/cluster.ts";
import { life } from "./living/life.ts";
import type { ObjectStore } from "./object_store.ts";
import { Random } from "./random.ts";
import { Scene } from "./sample/scene.ts";

export interface LivingClusterOptions {
  /** The store, filled with a sample cluster. */
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
  readonly seed?: number;
  readonly changesPerSecond?: number;
  /** Settles after this many milliseconds, or when the signal aborts. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const OF_LIFE = 0x6c696665;
/** Shorter waits would not be accurate. Changes that are due within this time happen together. */
const SHORTEST_WAIT = 10;

/**
 * Makes a sample cluster live until the signal aborts: rollouts, scaling, crash loops, ConfigMaps that
 * disappear and return, claims that wait for their volume, cron jobs. The same seed gives the same changes in
 * the same order.
 */
export async function livingCluster(options: LivingClusterOptions): Promise<void> {
  const { store, signal, seed = 1, changesPerSecond = 2, wait = waitFor, now = Date.now } = options;
  const nodes = Math.ceil(store.collection("Pod").size / 25);
  // Not the sequence from which a sample cluster of the same seed has its names and uids.
  const random = new Random(seed ^ OF_LIFE);
  const steps = life(new Cluster(store, new Scene(random, { nodes: Math.max(1, nodes), now })));
  const pause = Math.max(SHORTEST_WAIT, 1000 / changesPerSecond);
  let due = 0;
  while (!signal.aborted) {
    await wait(pause, signal);
    due += pause * changesPerSecond / 1000;
    for (; due >= 1 && !signal.aborted; due--) steps.next();
  }
}

function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
