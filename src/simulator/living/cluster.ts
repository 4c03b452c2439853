/**
 * The controllers and kubelets of a living cluster. Each step is a generator that yields after every single
 * change to the store, so that the caller sets the pace and interleaves several stories.
 */
import type { KubeObject } from "../kube_object.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Random } from "../random.ts";
import { endpointsOf, isReady } from "../sample/network.ts";
import { makePod, type PodOptions } from "../sample/pod.ts";
import { type PodState, podStatus, type PodStatusOptions } from "../sample/pod_status.ts";
import type { Scene } from "../sample/scene.ts";
import { deploymentStatus, replicaSetStatus, withoutZeros } from "../sample/workloads.ts";

/** `change` means that the store has changed; `rest` lets another story continue. */
export type Steps = Generator<"change" | "rest", void>;

export class Cluster {
  readonly store: ObjectStore;
  readonly scene: Scene;
  readonly random: Random;

  constructor(store: ObjectStore, scene: Scene) {
    this.store = store;
    this.scene = scene;
    this.random = scene.random;
  }

  /** Writes the object. An equal object is not a change. */
  *put(object: KubeObject): Steps {
    const { revision } = this.store;
    this.store.update(object);
    if (this.store.revision !== revision) yield "change";
  }

  *create(object: KubeObject): Steps {
    this.store.create(object);
    yield "change";
  }

  /** Waits for a while. */
  *rest(turns: number): Steps {
    while (turns-- > 0) yield "rest";
  }

  /** Marks the object as being deleted, then deletes it, even if it has finalizers. */
  *remove({ kind, metadata: { namespace = "", name } }: KubeObject): Steps {
    const object = this.store.get(kind, namespace, name);
    if (object === undefined) return;
    object.metadata.deletionTimestamp = this.scene.time();
    yield* this.put(object);
    yield "rest";
    const key = { namespace, name };
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.length > 0) this.store.patch(kind, key, { metadata: { finalizers: null } });
    else this.store.delete(kind, namespace, name);
    yield "change";
  }

  *createPod(owner: KubeObject, options: Partial<PodOptions> = {}): Generator<"change" | "rest", KubeObject> {
    const { namespace = "" } = owner.metadata;
    const pods = this.store.collection("Pod");
    const isTaken = (name: string) => pods.get(namespace, name) !== undefined;
    const name = this.scene.generateName(`${owner.metadata.name}-`, isTaken);
    const pod = makePod(this.scene, owner, { name, age: 0, state: "starting", ...options });
    yield* this.create(pod);
    return pod;
  }

  /** Updates a Pod. A Pod that was deleted meanwhile stays deleted. */
  *setPod(
    { metadata: { namespace = "", name } }: KubeObject,
    state: PodState,
    options: PodStatusOptions = {},
  ): Steps {
    const pod = this.store.get("Pod", namespace, name);
    if (pod === undefined) return;
    if (state !== "unscheduled") pod.spec.nodeName ??= this.random.pick(this.scene.nodes);
    const restarts = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
    pod.status = podStatus(this.scene, pod, state, { restarts, ...options });
    yield* this.put(pod);
  }

  /** Runs a Pod from its creation until it is ready. */
  *startPod(pod: KubeObject): Steps {
    yield* this.rest(1);
    yield* this.setPod(pod, "unready");
    yield* this.rest(1);
    yield* this.setPod(pod, "running");
  }

  replicaSetsOf(deployment: KubeObject): KubeObject[] {
    const { namespace = "", uid } = deployment.metadata;
    return this.store.select("ReplicaSet", namespace, deployment.spec.selector.matchLabels)
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  }

  podsOf({ metadata: { namespace = "", uid }, spec }: KubeObject): KubeObject[] {
    return this.store.select("Pod", namespace, spec.selector.matchLabels)
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  }

  *setReplicas({ kind, metadata: { namespace = "", name } }: KubeObject, replicas: number): Steps {
    const object = this.store.get(kind, namespace, name);
    if (object === undefined) return;
    object.spec.replicas = replicas;
    yield* this.put(object);
  }

  /** Updates the status of a Deployment and of everything that depends on its Pods. */
  *syncDeployment({ metadata: { namespace = "", name } }: KubeObject): Steps {
    const deployment = this.store.get("Deployment", namespace, name);
    if (deployment === undefined) return;
    const sets = this.replicaSetsOf(deployment).map((set) => ({ set, pods: this.podsOf(set) }));
    for (const { set, pods } of sets) {
      const counts = { replicas: pods.length, ready: pods.filter(isReady).length };
      yield* this.put({ ...set, status: replicaSetStatus(set.metadata.generation ?? 1, counts) });
    }
    const pods = sets.flatMap(({ pods }) => pods);
    const current = sets.find(({ set }) => imageOf(set) === imageOf(deployment));
    deployment.status = deploymentStatus(deployment, {
      replicas: pods.length,
      updated: current?.pods.length ?? 0,
      ready: pods.filter(isReady).length,
    });
    yield* this.put(deployment);
    yield* this.syncFollowers(deployment);
  }

  *syncStatefulSet({ metadata: { namespace = "", name } }: KubeObject): Steps {
    const workload = this.store.get("StatefulSet", namespace, name);
    if (workload === undefined) return;
    const pods = this.podsOf(workload);
    const ready = pods.filter(isReady).length;
    const { currentRevision, updateRevision } = workload.status;
    workload.status = {
      observedGeneration: workload.metadata.generation,
      replicas: pods.length,
      ...withoutZeros({ readyReplicas: ready, currentReplicas: pods.length, updatedReplicas: pods.length }),
      availableReplicas: ready,
      currentRevision,
      updateRevision,
      collisionCount: 0,
    };
    yield* this.put(workload);
    yield* this.syncFollowers(workload);
  }

  /** Updates the endpoints, disruption budgets and autoscalers of a workload. */
  *syncFollowers({ kind, metadata: { namespace = "", name }, spec }: KubeObject): Steps {
    const labels: Record<string, string> = spec.selector.matchLabels;
    const pods = this.store.select("Pod", namespace, labels);
    for (const service of this.store.list("Service", namespace)) {
      if (!selectsAll(service.spec.selector, labels)) continue;
      const ofService = { "kubernetes.io/service-name": service.metadata.name };
      for (const slice of this.store.select("EndpointSlice", namespace, ofService)) {
        yield* this.put({ ...slice, endpoints: endpointsOf(pods) });
      }
    }
    const budget = this.store.get("PodDisruptionBudget", namespace, name);
    if (budget !== undefined) {
      const currentHealthy = pods.filter(isReady).length;
      const desiredHealthy = Math.max(0, pods.length - 1);
      const disruptionsAllowed = Math.max(0, currentHealthy - desiredHealthy);
      const counts = { expectedPods: pods.length, currentHealthy, desiredHealthy, disruptionsAllowed };
      yield* this.put({ ...budget, status: { ...budget.status, ...counts } });
    }
    const scaler = this.store.get("HorizontalPodAutoscaler", namespace, name);
    if (scaler !== undefined && scaler.spec.scaleTargetRef.kind === kind) {
      const counts = { currentReplicas: pods.length, desiredReplicas: spec.replicas };
      yield* this.put({ ...scaler, status: { ...scaler.status, ...counts } });
    }
  }
}

export function isHealthy({ spec, status }: KubeObject): boolean {
  return spec.replicas > 0 && status.replicas === spec.replicas && status.readyReplicas === spec.replicas &&
    status.updatedReplicas === spec.replicas;
}

function imageOf({ spec }: KubeObject): string {
  return spec.template.spec.containers[0].image;
}

function selectsAll(selector: Record<string, string> | undefined, labels: Record<string, string>): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
