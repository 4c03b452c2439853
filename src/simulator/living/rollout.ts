import type { KubeObject } from "../kube_object.ts";
import { makeReplicaSet, REVISION } from "../sample/workloads.ts";
import { type Cluster, isHealthy, type Steps } from "./cluster.ts";
import type { Story } from "./story.ts";

/** Number of idle ReplicaSets that a Deployment keeps. */
const KEPT = 2;

/** A Deployment gets a new image: the Pods of a new ReplicaSet replace the old ones, one by one. */
export const rollout: Story = {
  about: "Deployment",
  suits: isHealthy,

  *tell(cluster, deployment) {
    const { store, scene, random } = cluster;
    const { annotations = {} } = deployment.metadata;
    const revision = Number(annotations[REVISION] ?? 1) + 1;
    const old = cluster.replicaSetsOf(deployment).filter(({ spec }) => spec.replicas > 0);
    const [container] = deployment.spec.template.spec.containers;
    container.image = container.image.replace(
      /:[^:]*$/,
      `:${random.between(1, 9)}.${revision}.${random.below(10)}`,
    );
    deployment.metadata.annotations = { ...annotations, [REVISION]: String(revision) };
    yield* cluster.put(deployment);

    const fresh = store.create(makeReplicaSet(scene, deployment, { replicas: 0, revision, age: 0 }));
    yield "change";
    for (let started = 1; started <= deployment.spec.replicas; started++) {
      yield* cluster.setReplicas(fresh, started);
      const pod = yield* cluster.createPod(fresh);
      yield* cluster.syncDeployment(deployment);
      yield* cluster.startPod(pod);
      yield* cluster.syncDeployment(deployment);
      yield* retire(cluster, old);
      yield* cluster.syncDeployment(deployment);
    }
    yield* forgetOldest(cluster, deployment);
  },
};

/** Deletes one Pod of the old ReplicaSets. */
function* retire(cluster: Cluster, old: readonly KubeObject[]): Steps {
  for (const set of old) {
    const pods = cluster.podsOf(set);
    const [victim] = pods;
    if (victim === undefined) continue;
    yield* cluster.setReplicas(set, pods.length - 1);
    return yield* cluster.remove(victim);
  }
}

function* forgetOldest(cluster: Cluster, deployment: KubeObject): Steps {
  const revisionOf = ({ metadata }: KubeObject) => Number(metadata.annotations?.[REVISION] ?? 0);
  const idle = cluster.replicaSetsOf(deployment)
    .filter(({ spec }) => spec.replicas === 0)
    .sort((left, right) => revisionOf(right) - revisionOf(left));
  for (const set of idle.slice(KEPT)) yield* cluster.remove(set);
}
