import type { KubeObject } from "../kube_object.ts";
import { isHealthy } from "./cluster.ts";
import type { Story } from "./story.ts";

/** A ConfigMap is deleted, a Pod cannot start without it, and the ConfigMap is created again. */
export const missingConfigMap: Story = {
  about: "Deployment",
  suits: (deployment) => isHealthy(deployment) && configMapOf(deployment) !== undefined,

  *tell(cluster, deployment) {
    const { store } = cluster;
    const { namespace = "" } = deployment.metadata;
    const missing = configMapOf(deployment) ?? "";
    const configMap = store.get("ConfigMap", namespace, missing);
    const set = cluster.replicaSetsOf(deployment).find(({ spec }) => spec.replicas > 0);
    const [victim] = set === undefined ? [] : cluster.podsOf(set);
    if (configMap === undefined || set === undefined || victim === undefined) return;

    store.delete("ConfigMap", namespace, missing);
    yield "change";
    yield* cluster.remove(victim);
    const pod = yield* cluster.createPod(set, { state: "missing-config", missing });
    yield* cluster.syncDeployment(deployment);
    yield* cluster.rest(8);

    const { uid: _uid, resourceVersion: _version, creationTimestamp: _time, ...metadata } =
      configMap.metadata;
    yield* cluster.create({ ...configMap, metadata });
    yield* cluster.startPod(pod);
    yield* cluster.syncDeployment(deployment);
  },
};

function configMapOf({ spec }: KubeObject): string | undefined {
  return spec.template.spec.containers[0].envFrom?.[0]?.configMapRef?.name;
}
