/** Kubernetes objects for tests of answers: single ones, and a small cluster that has some of everything. */
import { kinds } from "../../src/kinds/registry.ts";
import { apiVersionOf } from "../../src/model/resource_kind.ts";

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Given {
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Such as `ReplicaSet web-1`. */
  readonly owner?: string;
  readonly created?: string;
  readonly [field: string]: unknown;
}

/** An object by kind and `namespace/name`. Its uid is its kind and its name, in lower case. */
export function object(kind: string, key: string, given: Given = {}): KubeObject {
  const rule = kinds.find((it) => it.kind === kind);
  if (!rule) throw new TypeError(`No kind ${kind}`);
  const { labels = {}, annotations = {}, owner, created = "2026-01-01T00:00:00Z", ...fields } = given;
  const [name = "", namespace] = key.split("/").reverse();
  const { uid = uidOf(kind, name), ...rest } = fields;
  const [ownerKind = "", ownerName = ""] = owner?.split(" ") ?? [];
  return {
    apiVersion: apiVersionOf(rule),
    kind,
    metadata: {
      uid,
      name,
      ...namespace === undefined ? {} : { namespace },
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: created,
      labels,
      annotations,
      ...owner && {
        ownerReferences: [
          {
            apiVersion: apiVersionOf(kinds.find((it) => it.kind === ownerKind) ?? rule),
            kind: ownerKind,
            name: ownerName,
            uid: uidOf(ownerKind, ownerName),
            controller: true,
          },
        ],
      },
    },
    ...rest,
  };
}

export function uidOf(kind: string, name: string): string {
  return `${kind}-${name}`.toLowerCase();
}

/** Annotations and labels of what a Helm release installed. */
function installed(release: string, chart: string): Given {
  return {
    annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "shop" },
    labels: { app: release, "helm.sh/chart": chart },
  };
}

const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const webSpec = {
  containers: [{ name: "web", image: "web:1", envFrom: [{ configMapRef: { name: "settings" } }] }],
  serviceAccountName: "default",
};

/**
 * Namespace `shop` with the releases `web` (a Deployment, its old ReplicaSet idle, its Pod crashing) and
 * `db` (a StatefulSet whose Pod mounts a bound claim); namespace `lab` with what belongs to no release:
 * a Service that selects nothing, a claim that nobody mounts, a Pod whose Secret is missing.
 */
export function smallCluster(): KubeObject[] {
  const web = installed("web", "web-1.0.0");
  const db = installed("db", "db-2.0.0");
  return [
    object("Namespace", "shop", { status: { phase: "Active" } }),
    object("Namespace", "lab", { status: { phase: "Active" } }),
    object("ServiceAccount", "shop/default"),
    object("ServiceAccount", "lab/default", { uid: "serviceaccount-of-lab" }),
    object("StorageClass", "fast"),
    object("StorageClass", "slow"),
    object("PersistentVolume", "disk", {
      spec: {
        storageClassName: "fast",
        claimRef: { namespace: "shop", name: "data", uid: uidOf("PersistentVolumeClaim", "data") },
      },
      status: { phase: "Bound" },
    }),
    object("ConfigMap", "shop/settings"),
    object("Deployment", "shop/web", {
      ...web,
      spec: { replicas: 1, template: { spec: webSpec } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 0 },
    }),
    object("ReplicaSet", "shop/web-2", {
      labels: { app: "web" },
      owner: "Deployment web",
      spec: { replicas: 1, template: { spec: webSpec } },
      status: { observedGeneration: 1, replicas: 1, readyReplicas: 0 },
    }),
    object("ReplicaSet", "shop/web-1", {
      labels: { app: "web" },
      owner: "Deployment web",
      spec: { replicas: 0, template: { spec: webSpec } },
      status: { observedGeneration: 1, replicas: 0 },
    }),
    object("Pod", "shop/web-2-a", {
      labels: { app: "web", tier: "front" },
      owner: "ReplicaSet web-2",
      spec: { ...webSpec, nodeName: "node-1" },
      status: {
        phase: "Running",
        containerStatuses: [
          { name: "web", restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } },
        ],
      },
    }),
    object("Service", "shop/web", { ...web, spec: { type: "ClusterIP", selector: { app: "web" } } }),
    object("StatefulSet", "shop/db", {
      ...db,
      spec: { replicas: 1, template: { spec: { containers: [{ name: "db", image: "db:2" }] } } },
      status: {
        observedGeneration: 1,
        replicas: 1,
        readyReplicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
      },
    }),
    object("Pod", "shop/db-0", {
      labels: { app: "db", tier: "back" },
      owner: "StatefulSet db",
      spec: {
        containers: [{ name: "db", image: "db:2" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
      status: { ...ready, containerStatuses: [{ name: "db", restartCount: 0, state: { running: {} } }] },
    }),
    object("PersistentVolumeClaim", "shop/data", {
      spec: { volumeName: "disk", storageClassName: "fast" },
      status: { phase: "Bound" },
    }),
    object("Pod", "lab/experiment", {
      labels: { app: "experiment", tier: "front" },
      spec: { containers: [{ name: "x", image: "x", envFrom: [{ secretRef: { name: "token" } }] }] },
      status: { phase: "Pending" },
    }),
    object("Service", "lab/nobody", { spec: { type: "ClusterIP", selector: { app: "nobody" } } }),
    object("PersistentVolumeClaim", "lab/spare", { status: { phase: "Pending" } }),
  ];
}
