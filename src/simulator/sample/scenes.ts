/**
 * A few faults that a demo can show, in the namespace `platform`: a failed Helm upgrade, a node that is not
 * ready, a quota that blocks a rollout, and a webhook whose Service is down. The faults do not change.
 */
import type { KubeObject, ObjectMeta } from "../kube_object.ts";
import { install } from "./application.ts";
import { type Application, managed } from "./metadata.ts";
import { endpointsOf } from "./network.ts";
import { makePod } from "./pod.ts";
import { type PodState, podStatus } from "./pod_status.ts";
import type { Scene } from "./scene.ts";
import { makeReleaseSecret } from "./settings.ts";
import { surroundings } from "./surroundings.ts";
import { deploymentStatus, makeReplicaSet, replicaSetStatus, REVISION } from "./workloads.ts";

const NAMESPACE = "platform";
const DEAD_NODE = "node-spot-1";
const WEBHOOK = "image-policy";
const HOUR = 3_600;

/** Generates the objects, one array for each scene. `scene` must be healthy, so that nothing else is broken. */
export function* makeScenes(scene: Scene): Generator<KubeObject[], void> {
  yield surroundings(scene, NAMESPACE, 200 * 24 * HOUR);
  yield failedUpgrade(scene);
  yield deadNode(scene);
  yield exhaustedQuota(scene);
  yield deadWebhook(scene);
}

/** An application whose upgrade failed, since its new image does not exist. */
function failedUpgrade(scene: Scene): KubeObject[] {
  const app = application("registry");
  const objects = install(scene, app, "worker");
  const deployment = only(objects, "Deployment");
  const revisions = objects.filter(({ type }) => type === "helm.sh/release.v1").length;
  const failed = makeReleaseSecret(scene, { ...app, age: 2 * HOUR }, {
    revision: revisions + 1,
    latest: true,
  });
  failed.metadata.labels = { ...failed.metadata.labels, status: "failed" };

  const revision = Number(deployment.metadata.annotations?.[REVISION] ?? 1) + 1;
  deployment.metadata.annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
  deployment.metadata.generation = 2;
  deployment.spec.template.spec.containers[0].image += "-rc1";
  const set = makeReplicaSet(scene, deployment, { replicas: 1, revision, age: 2 * HOUR });
  set.status = replicaSetStatus(1, { replicas: 1, ready: 0 });
  const pod = podOf(scene, set, "bad-image");
  const ready = deployment.spec.replicas;
  deployment.status = deploymentStatus(deployment, { replicas: ready + 1, updated: 1, ready }, {
    stuck: true,
  });
  return [...objects, failed, set, pod];
}

/** A node that no longer answers, with a Pod of each of two applications. */
function deadNode(scene: Scene): KubeObject[] {
  const lost = scene.time(HOUR);
  const condition = (type: string) => ({
    type,
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastHeartbeatTime: lost,
    lastTransitionTime: lost,
  });
  const resources = { cpu: "8", memory: "32Gi", pods: "110" };
  const node = managed({
    apiVersion: "v1",
    kind: "Node",
    metadata: meta(scene, DEAD_NODE, { "kubernetes.io/hostname": DEAD_NODE, "kubernetes.io/os": "linux" }),
    spec: { taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }] },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map(condition),
      addresses: [{ type: "Hostname", address: DEAD_NODE }],
    },
  }, "kubectl");
  const applications = ["cache", "thumbnails"].flatMap((chart) => {
    const objects = install(scene, application(chart), "web");
    const deployment = only(objects, "Deployment");
    const set = objects.find(({ kind, spec }) => kind === "ReplicaSet" && spec.replicas > 0) as KubeObject;
    const pods = objects.filter(({ kind }) => kind === "Pod");
    const victim = pods[0] as KubeObject;
    victim.spec.nodeName = DEAD_NODE;
    victim.status = podStatus(scene, victim, "unready");
    const counts = { replicas: pods.length, updated: pods.length, ready: pods.length - 1 };
    deployment.status = deploymentStatus(deployment, counts);
    set.status = replicaSetStatus(1, counts);
    for (const slice of objects.filter(({ kind }) => kind === "EndpointSlice")) {
      slice.endpoints = endpointsOf(pods);
    }
    return objects;
  });
  return [node, ...applications];
}

/** A namespace whose quota is used up, and a Deployment that cannot grow. */
function exhaustedQuota(scene: Scene): KubeObject[] {
  const hard = { "limits.memory": "64Gi", pods: "60" };
  const quota = managed({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { ...meta(scene, "compute"), namespace: NAMESPACE },
    spec: { hard },
    status: { hard, used: { "limits.memory": "64Gi", pods: "31" } },
  }, "kubectl");
  const objects = install(scene, application("reports"), "worker");
  refuse(
    objects,
    "exceeded quota: compute, requested: limits.memory=2Gi, used: limits.memory=64Gi, limited: limits.memory=64Gi",
  );
  return [quota, ...objects];
}

/** A webhook whose only Pod crashes, and a Deployment whose Pods it should have checked. */
function deadWebhook(scene: Scene): KubeObject[] {
  const server = install(scene, application(WEBHOOK), "web");
  const deployment = only(server, "Deployment");
  const set = server.find(({ kind, spec }) => kind === "ReplicaSet" && spec.replicas > 0) as KubeObject;
  const pods = server.filter(({ kind }) => kind === "Pod");
  for (const pod of pods) pod.status = podStatus(scene, pod, "crashing");
  const counts = { replicas: pods.length, updated: pods.length, ready: 0 };
  deployment.status = deploymentStatus(deployment, counts);
  set.status = replicaSetStatus(1, counts);
  for (const slice of server.filter(({ kind }) => kind === "EndpointSlice")) {
    slice.endpoints = endpointsOf(pods);
  }

  const service = {
    namespace: NAMESPACE,
    name: only(server, "Service").metadata.name,
    path: "/check",
    port: 443,
  };
  const webhook = `${WEBHOOK}.example.com`;
  const configuration = managed({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: meta(scene, WEBHOOK),
    webhooks: [{
      name: webhook,
      clientConfig: { service },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      failurePolicy: "Fail",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
    }],
  }, "kubectl");
  const previews = install(scene, application("previews"), "worker");
  refuse(
    previews,
    `Internal error occurred: failed calling webhook "${webhook}": failed to call webhook: ` +
      `Post "https://${service.name}.${NAMESPACE}.svc:443/check": no endpoints available for service`,
  );
  return [...server, configuration, ...previews];
}

/** Lets a Deployment want one Pod more, which the API server refuses with the message. */
function refuse(objects: readonly KubeObject[], message: string): void {
  const deployment = only(objects, "Deployment");
  const set = objects.find(({ kind, spec }) => kind === "ReplicaSet" && spec.replicas > 0) as KubeObject;
  const pods = set.spec.replicas;
  const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
  const counts = { replicas: pods, updated: pods, ready: pods };
  for (const object of [deployment, set]) {
    object.spec.replicas = pods + 1;
    object.metadata.generation = 2;
  }
  const status: KubeObject = deploymentStatus(deployment, counts) as KubeObject;
  deployment.status = { ...status, conditions: [...status["conditions"], condition] };
  set.status = { ...replicaSetStatus(2, counts), conditions: [condition] };
}

function podOf(scene: Scene, set: KubeObject, state: PodState): KubeObject {
  const name = scene.generateName(`${set.metadata.name}-`, () => false);
  return makePod(scene, set, { name, age: 2 * HOUR, state });
}

function application(chart: string): Application {
  return {
    name: `${NAMESPACE}-${chart}`,
    namespace: NAMESPACE,
    chart,
    chartVersion: "2.3.1",
    appVersion: "1.8.0",
    helm: true,
    age: 30 * 24 * HOUR,
  };
}

function meta(scene: Scene, name: string, labels?: Record<string, string>): ObjectMeta {
  return {
    name,
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(200 * 24 * HOUR),
    ...(labels === undefined ? {} : { labels }),
  };
}

function only(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`the application has no ${kind}`);
  return found;
}
