/** Workloads, with the status that their controllers would write for their Pods. */
import type { KubeObject } from "../kube_object.ts";
import { type Application, appMeta, managed, ownedMeta, selectorLabels } from "./metadata.ts";
import type { Scene } from "./scene.ts";

// deno-lint-ignore no-explicit-any -- a piece of an object, which is KubeObject's any
type Template = any;

const CONTROLLER = "kube-controller-manager";
export const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";

interface WorkloadOptions {
  readonly template: Template;
  readonly replicas: number;
}

export function makeDeployment(scene: Scene, app: Application, options: WorkloadOptions): KubeObject {
  const { template, replicas } = options;
  const deployment: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...appMeta(scene, app, app.name, { annotations: { [REVISION]: "1" } }), generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: selectorLabels(app) },
      template,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  };
  deployment.status = deploymentStatus(deployment, { replicas, updated: replicas, ready: replicas });
  return managed(deployment, "helm");
}

export interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
}

export function deploymentStatus(
  { metadata, spec, status }: KubeObject,
  { replicas, updated, ready }: Counts,
  { stuck = false }: { readonly stuck?: boolean } = {},
): object {
  const available = ready >= Math.ceil(spec.replicas * 0.75);
  const time = metadata.creationTimestamp;
  const condition = (type: string, holds: boolean, reason: string) => ({
    type,
    status: holds ? "True" : "False",
    lastUpdateTime: time,
    lastTransitionTime: time,
    reason,
    message: `Deployment has ${ready} of ${spec.replicas} replicas available.`,
  });
  const done = updated >= spec.replicas && replicas === updated && ready >= spec.replicas;
  return {
    observedGeneration: metadata.generation ?? status?.observedGeneration ?? 1,
    ...withoutZeros({
      replicas,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, spec.replicas - ready),
    }),
    conditions: [
      condition(
        "Available",
        available,
        available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      ),
      condition(
        "Progressing",
        !stuck,
        stuck ? "ProgressDeadlineExceeded" : done ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
      ),
    ],
  };
}

export interface ReplicaSetOptions {
  readonly replicas: number;
  readonly revision: number;
  /** Seconds since its creation. */
  readonly age: number;
  /** The tag of the image, if it differs from the tag in the Deployment. */
  readonly tag?: string;
}

export function makeReplicaSet(scene: Scene, deployment: KubeObject, options: ReplicaSetOptions): KubeObject {
  const { replicas, revision, age, tag } = options;
  const { template, selector } = deployment.spec;
  const hash = scene.random.suffix(10);
  const labels = { ...template.metadata.labels, [HASH]: hash };
  const containers = template.spec.containers.map((container: { image: string }) => ({
    ...container,
    image: tag === undefined ? container.image : container.image.replace(/:[^:]*$/, `:${tag}`),
  }));
  const { annotations = {} } = deployment.metadata;
  const release = Object.fromEntries(
    Object.entries(annotations).filter(([name]) => name.startsWith("meta.helm.sh/")),
  );
  return managed({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      ...ownedMeta(scene, deployment, {
        name: `${deployment.metadata.name}-${hash}`,
        age,
        labels,
        annotations: {
          ...release,
          "deployment.kubernetes.io/desired-replicas": String(deployment.spec.replicas),
          [REVISION]: String(revision),
        },
      }),
      generation: 1,
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: {
        metadata: { ...template.metadata, labels },
        spec: { ...template.spec, containers },
      },
    },
    status: replicaSetStatus(1, { replicas, ready: replicas }),
  }, CONTROLLER);
}

export function replicaSetStatus(
  observedGeneration: number,
  { replicas, ready }: { readonly replicas: number; readonly ready: number },
): object {
  return {
    observedGeneration,
    replicas,
    ...withoutZeros({ fullyLabeledReplicas: replicas, readyReplicas: ready, availableReplicas: ready }),
  };
}

/** Removes counts that are 0, as the API server does for most counts. */
export function withoutZeros(counts: Readonly<Record<string, number>>): object {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

export interface StatefulSetOptions extends WorkloadOptions {
  readonly serviceName: string;
  readonly ready: number;
  readonly storageClass: string;
}

export function makeStatefulSet(scene: Scene, app: Application, options: StatefulSetOptions): KubeObject {
  const { template, replicas, serviceName, ready, storageClass } = options;
  const revision = `${app.name}-${scene.random.suffix(10)}`;
  return managed({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { ...appMeta(scene, app, app.name), generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: selectorLabels(app) },
      template,
      serviceName,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      volumeClaimTemplates: [{
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "10Gi" } },
          storageClassName: storageClass,
          volumeMode: "Filesystem",
        },
        status: { phase: "Pending" },
      }],
    },
    status: {
      observedGeneration: 1,
      replicas,
      ...withoutZeros({ readyReplicas: ready }),
      availableReplicas: ready,
      currentReplicas: replicas,
      updatedReplicas: replicas,
      currentRevision: revision,
      updateRevision: revision,
      collisionCount: 0,
    },
  }, "helm");
}

export function makeDaemonSet(scene: Scene, app: Application, options: WorkloadOptions): KubeObject {
  const { template, replicas } = options;
  return managed({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      ...appMeta(scene, app, app.name, { annotations: { "deprecated.daemonset.template.generation": "1" } }),
      generation: 1,
    },
    spec: {
      selector: { matchLabels: selectorLabels(app) },
      template,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: replicas,
      currentNumberScheduled: replicas,
      updatedNumberScheduled: replicas,
      numberReady: replicas,
      numberAvailable: replicas,
      numberMisscheduled: 0,
    },
  }, "helm");
}
