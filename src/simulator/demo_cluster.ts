import type { ResourceKind } from "../model/resource_kind.ts";
import { livingCluster } from "./living_cluster.ts";
import { sampleCluster } from "./sample_cluster.ts";
import { Simulator } from "./simulator.ts";

export interface DemoClusterOptions {
  readonly kinds: readonly ResourceKind[];
  readonly objects: number;
  readonly signal: AbortSignal;
  readonly seed?: number;
  readonly changesPerSecond?: number;
}

export interface DemoCluster {
  /** The address of its API server, which uses plain HTTP and needs no credentials. */
  readonly url: string;
  /** Settles when the cluster is closed, after the signal. */
  readonly ended: Promise<void>;
}

/** Starts a sample cluster that lives in this process until the signal aborts. */
export function startDemoCluster(options: DemoClusterOptions): DemoCluster {
  const { kinds, objects, signal, seed = 1, changesPerSecond = 2 } = options;
  const simulator = Simulator.start({ kinds, seed });
  const { store, url } = simulator;
  store.fill(sampleCluster({ objects, seed }));
  const ended = livingCluster({ store, signal, seed, changesPerSecond }).finally(() => simulator.close());
  return { url, ended };
}
