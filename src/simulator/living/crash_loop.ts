import { isHealthy } from "./cluster.ts";
import type { Story } from "./story.ts";

const CRASHES = 4;

/** A container that crashes a few times before it keeps running. */
export const crashLoop: Story = {
  about: "Deployment",
  suits: isHealthy,

  *tell(cluster, deployment) {
    const pods = cluster.replicaSetsOf(deployment).flatMap((set) => cluster.podsOf(set));
    if (pods.length === 0) return;
    const pod = cluster.random.pick(pods);
    const before = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
    for (let crash = 1; crash <= CRASHES; crash++) {
      yield* cluster.setPod(pod, "crashing", { restarts: before + crash });
      yield* cluster.syncDeployment(deployment);
      yield* cluster.rest(crash * 2);
      yield* cluster.setPod(pod, "unready", { restarts: before + crash });
      yield* cluster.rest(1);
    }
    yield* cluster.setPod(pod, "running");
    yield* cluster.syncDeployment(deployment);
  },
};
