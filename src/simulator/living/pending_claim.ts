import { makeClaim, makeVolume } from "../sample/storage.ts";
import { isHealthy } from "./cluster.ts";
import type { Story } from "./story.ts";

const MOST_REPLICAS = 5;

/**
 * A StatefulSet gets one more replica, whose claim waits for its volume. After a while the replica is removed
 * with its claim and its volume.
 */
export const pendingClaim: Story = {
  about: "StatefulSet",
  suits: (workload) => isHealthy(workload) && workload.spec.replicas < MOST_REPLICAS,

  *tell(cluster, workload) {
    const { store, scene, random } = cluster;
    const { namespace = "", name } = workload.metadata;
    const at: number = workload.spec.replicas;
    const storageClass: string = workload.spec.volumeClaimTemplates[0].spec.storageClassName;
    const podName = `${name}-${at}`;
    const claimName = `data-${podName}`;
    if (store.get("PersistentVolumeClaim", namespace, claimName) !== undefined) return;

    yield* cluster.setReplicas(workload, at + 1);
    const meta = {
      name: claimName,
      namespace,
      uid: random.uuid(),
      creationTimestamp: scene.time(),
      labels: workload.spec.selector.matchLabels,
    };
    const claim = makeClaim({ meta, storageClass });
    yield* cluster.create(claim);
    const pod = yield* cluster.createPod(workload, {
      name: podName,
      state: "unscheduled",
      claims: { data: claimName },
      labels: { "apps.kubernetes.io/pod-index": String(at), "statefulset.kubernetes.io/pod-name": podName },
    });
    yield* cluster.syncStatefulSet(workload);
    yield* cluster.rest(8);

    const volume = makeVolume(scene, claim, {
      name: `pvc-${claim.metadata.uid}`,
      storageClass,
      phase: "Bound",
    });
    yield* cluster.create(volume);
    yield* cluster.put(makeClaim({ meta, storageClass, volume: volume.metadata.name }));
    yield* cluster.setPod(pod, "starting");
    yield* cluster.startPod(pod);
    yield* cluster.syncStatefulSet(workload);
    yield* cluster.rest(8);

    yield* cluster.setReplicas(workload, at);
    yield* cluster.remove(pod);
    yield* cluster.syncStatefulSet(workload);
    yield* cluster.remove(claim);
    yield* cluster.put({ ...volume, status: { ...volume.status, phase: "Released" } });
    yield* cluster.remove(volume);
  },
};
