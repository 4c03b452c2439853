/**
 * A healthy sample cluster into which faults are injected, one after the other. Each fault claims the objects
 * whose problems follow from it, so that every problem has one fault as its truth.
 */
import { kinds } from "../../src/kinds/registry.ts";
import { Cluster, isHealthy, type Steps } from "../../src/simulator/living/cluster.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { ObjectStore } from "../../src/simulator/object_store.ts";
import { Random } from "../../src/simulator/random.ts";
import { Scene } from "../../src/simulator/sample/scene.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";

export interface ObjectKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What has to be fixed: an object, or one that is missing. */
export interface Root extends ObjectKey {
  readonly missing: boolean;
}

export interface FaultyClusterOptions {
  readonly objects: number;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The kinds whose status follows from the Pods of an application. */
const FOLLOWERS = [
  "Deployment",
  "StatefulSet",
  "ReplicaSet",
  "Pod",
  "Service",
  "EndpointSlice",
  "PodDisruptionBudget",
];
const NOT_THE_SEED_OF_THE_OBJECTS = 0x66617565;

export class FaultyCluster {
  readonly store: ObjectStore;
  readonly scene: Scene;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly #claimed = new Set<string>();
  /** A number for names that nothing else has. */
  #made = 0;

  constructor({ objects, seed, now }: FaultyClusterOptions) {
    this.store = new ObjectStore(kinds, { seed, history: 1, now: () => now });
    this.store.fill(sampleCluster({ objects, seed, now, healthy: true }));
    this.random = new Random(seed ^ NOT_THE_SEED_OF_THE_OBJECTS);
    this.scene = new Scene(this.random, { nodes: Math.ceil(objects / 100), now: () => now });
    this.cluster = new Cluster(this.store, this.scene);
  }

  /** Returns a random object of the kind that suits and that no fault has claimed; undefined if none does. */
  pick(kind: string, suits: (object: KubeObject) => boolean = () => true): KubeObject | undefined {
    const objects = this.store.list(kind).filter((object) =>
      !this.isClaimed([keyOf(object)]) && suits(object)
    );
    return objects.length === 0 ? undefined : this.random.pick(objects);
  }

  /** Returns a healthy workload with nothing of it claimed. */
  pickWorkload(kind: string, suits: (object: KubeObject) => boolean = () => true): KubeObject | undefined {
    return this.pick(
      kind,
      (workload) =>
        isHealthy(workload) && suits(workload) && !this.isClaimed(this.followersOf(workload).map(keyOf)),
    );
  }

  /** Returns the objects of the workload's application whose status follows from its Pods. */
  followersOf({ metadata: { namespace = "", labels = {} } }: KubeObject): KubeObject[] {
    const instance = { "app.kubernetes.io/instance": labels["app.kubernetes.io/instance"] ?? "" };
    return FOLLOWERS.flatMap((kind) => this.store.select(kind, namespace, instance));
  }

  claim(objects: readonly KubeObject[]): ObjectKey[] {
    const keys = objects.map(keyOf);
    for (const key of keys) this.#claimed.add(textOf(key));
    return keys;
  }

  isClaimed(keys: readonly ObjectKey[]): boolean {
    return keys.some((key) => this.#claimed.has(textOf(key)));
  }

  /** Returns a name that no object has. */
  newName(prefix: string): string {
    return `${prefix}-${++this.#made}`;
  }

  /** Carries out all steps at once. */
  run(steps: Steps): void {
    for (const _step of steps);
  }

  /** Reads the object again, changes it, and stores it. */
  change(
    { kind, metadata: { namespace = "", name } }: KubeObject,
    change: (object: KubeObject) => void,
  ): void {
    const object = this.store.get(kind, namespace, name);
    if (object === undefined) throw new Error(`${kind} ${namespace}/${name} does not exist`);
    change(object);
    this.store.update(object);
  }

  /** Returns all objects. */
  *objects(): Generator<KubeObject, void> {
    for (const { kind } of this.store.collections) yield* this.store.list(kind.kind);
  }
}

export function keyOf({ kind, metadata: { namespace = "", name } }: KubeObject): ObjectKey {
  return { kind, namespace, name };
}

export function textOf({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace}/${name}`;
}
