/** Workloads with their Pods, for tests of what follows from a fault. */
import { type Given, type KubeObject, object } from "./objects.ts";

export interface PodState {
  readonly phase?: string;
  /** Why the container waits. */
  readonly waiting?: string;
  readonly ready?: boolean;
  readonly unschedulable?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly node?: string;
}

export interface WorkloadGiven {
  /** Fields of the Pod spec, in the template and in every Pod. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly pods?: readonly PodState[];
  /** Conditions of the Deployment, by type: the reason with which it is False or True. */
  readonly conditions?: readonly Readonly<Record<string, unknown>>[];
  readonly replicaFailure?: string;
  readonly desired?: number;
  readonly release?: string;
}

/** A Deployment, its ReplicaSet and its Pods, named `name`, `name-1` and `name-1-0`, in namespace `n`. */
export function deployment(name: string, given: WorkloadGiven = {}): KubeObject[] {
  const { spec = {}, pods = [], conditions = [], replicaFailure, release } = given;
  const desired = given.desired ?? pods.length;
  const template = { template: { spec: { containers: [{ name: "app", image: "app:1" }], ...spec } } };
  const working = pods.filter(({ ready }) => ready).length;
  const status = {
    observedGeneration: 1,
    replicas: pods.length,
    updatedReplicas: pods.length,
    readyReplicas: working,
    availableReplicas: working,
  };
  const installed: Given = release === undefined ? {} : {
    annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "n" },
  };
  const refused = replicaFailure === undefined ? [] : [{
    type: "ReplicaFailure",
    status: "True",
    reason: "FailedCreate",
    message: replicaFailure,
  }];
  return [
    object("Deployment", `n/${name}`, {
      ...installed,
      spec: { replicas: desired, ...template },
      status: { ...status, conditions: [...conditions, ...refused] },
    }),
    object("ReplicaSet", `n/${name}-1`, {
      owner: `Deployment ${name}`,
      spec: { replicas: desired, ...template },
      status: { ...status, conditions: refused },
    }),
    ...pods.map((state, i) => pod(`${name}-1-${i}`, { ...state, spec, owner: `ReplicaSet ${name}-1` })),
  ];
}

/** A Pod of one container. */
export function pod(name: string, given: PodState & { readonly owner?: string }): KubeObject {
  const { phase = "Running", waiting, ready = false, unschedulable, spec = {}, node = "node-1", owner } =
    given;
  const state = waiting === undefined ? { running: {} } : { waiting: { reason: waiting } };
  return object("Pod", `n/${name}`, {
    ...owner === undefined ? {} : { owner },
    spec: {
      containers: [{ name: "app", image: "app:1" }],
      ...unschedulable === undefined ? { nodeName: node } : {},
      ...spec,
    },
    status: {
      phase,
      conditions: [
        { type: "Ready", status: ready ? "True" : "False" },
        ...unschedulable === undefined ? [] : [{
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: unschedulable,
        }],
      ],
      ...unschedulable === undefined
        ? { containerStatuses: [{ name: "app", ready, restartCount: 0, state }] }
        : {},
    },
  });
}
