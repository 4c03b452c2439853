import { isHealthy } from "./cluster.ts";
import type { Story } from "./story.ts";

const MOST_REPLICAS = 8;

/** The load changes, and Pods are added or removed. */
export const scaling: Story = {
  about: "Deployment",
  suits: isHealthy,

  *tell(cluster, deployment) {
    const { random } = cluster;
    const before: number = deployment.spec.replicas;
    const after = before >= MOST_REPLICAS || (before > 1 && random.chance(0.5))
      ? random.between(1, before - 1)
      : random.between(before + 1, MOST_REPLICAS);
    const set = cluster.replicaSetsOf(deployment).find(({ spec }) => spec.replicas > 0);
    if (set === undefined) return;

    yield* cluster.setReplicas(deployment, after);
    yield* cluster.setReplicas(set, after);
    yield* cluster.syncDeployment(deployment);
    for (let replicas = before; replicas < after; replicas++) {
      const pod = yield* cluster.createPod(set);
      yield* cluster.startPod(pod);
      yield* cluster.syncDeployment(deployment);
    }
    for (const pod of cluster.podsOf(set).slice(after)) {
      yield* cluster.remove(pod);
      yield* cluster.syncDeployment(deployment);
    }
  },
};
