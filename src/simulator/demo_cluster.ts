import type { ResourceKind } from "../model/resource_kind.ts";
import { livingCluster } from "./living_cluster.ts";
import { Random } from "./random.ts";
import { makeOperatorScene, OPERATOR_KINDS } from "./sample/operator.ts";
import { Scene } from "./sample/scene.ts";
import { sampleCluster, SHOWS_FAULTS_FROM } from "./sample_cluster.ts";
import { Simulator } from "./simulator.ts";

const OF_THE_OPERATOR = 0x6f706572;

export interface DemoClusterOptions {
  readonly kinds: readonly ResourceKind[];
  /** The size of the sample cluster. What an operator runs comes on top of it. */
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
  if (objects >= SHOWS_FAULTS_FROM) {
    for (const kind of OPERATOR_KINDS) simulator.define(kind);
    const scene = new Scene(new Random(~seed ^ OF_THE_OPERATOR), { nodes: 3, now: Date.now, healthy: true });
    store.fill(makeOperatorScene(scene));
  }
  const ended = livingCluster({ store, signal, seed, changesPerSecond }).finally(() => simulator.close());
  return { url, ended };
}
