import type { KubeObject } from "../kube_object.ts";
import type { Scene } from "./scene.ts";

/** The state of a sample Pod. */
export type PodState =
  | "running"
  | "unscheduled"
  | "starting"
  | "unready"
  | "crashing"
  | "missing-config"
  | "bad-image"
  | "succeeded"
  | "failed";

/** The state of containers that do not run, with the reason. */
const WAITING: Partial<Record<PodState, (missing: string) => { reason: string; message?: string }>> = {
  starting: () => ({ reason: "ContainerCreating" }),
  crashing: () => ({ reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" }),
  "missing-config": (missing) => ({
    reason: "CreateContainerConfigError",
    message: `configmap "${missing}" not found`,
  }),
  "bad-image": () => ({ reason: "ImagePullBackOff", message: "Back-off pulling image" }),
};

const PHASES: Partial<Record<PodState, string>> = {
  running: "Running",
  unready: "Running",
  crashing: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
};

export interface PodStatusOptions {
  readonly restarts?: number;
  /** The name of the ConfigMap that it waits for. */
  readonly missing?: string;
}

/** Returns the status that a scheduler and a kubelet would write for a Pod in this state. */
export function podStatus(
  scene: Scene,
  pod: KubeObject,
  state: PodState,
  options: PodStatusOptions = {},
): object {
  const { restarts = state === "crashing" ? scene.random.between(4, 60) : 0, missing = "" } = options;
  const created = pod.metadata.creationTimestamp as string;
  const scheduled = state !== "unscheduled";
  const ready = state === "running";
  const finished = state === "succeeded" || state === "failed";
  const condition = (type: string, holds: boolean, reason?: string) => ({
    type,
    status: holds ? "True" : "False",
    lastProbeTime: null,
    lastTransitionTime: created,
    ...(holds || reason === undefined ? {} : { reason }),
  });
  const notReady = finished ? "PodCompleted" : "ContainersNotReady";
  const conditions = [
    condition("PodScheduled", scheduled, "Unschedulable"),
    ...(scheduled
      ? [
        condition("PodReadyToStartContainers", state !== "starting"),
        condition("Initialized", true),
        condition("Ready", ready, notReady),
        condition("ContainersReady", ready, notReady),
      ]
      : []),
  ];
  const phase = PHASES[state] ?? "Pending";
  if (!scheduled) return { phase, conditions, qosClass: "Burstable" };

  const address = pod.status?.podIP ?? scene.podAddress();
  const host = scene.nodeAddress(pod.spec.nodeName);
  return {
    phase,
    conditions,
    hostIP: host,
    hostIPs: [{ ip: host }],
    ...(state === "starting" ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    startTime: created,
    containerStatuses: pod.spec.containers.map(({ name, image }: { name: string; image: string }) =>
      containerStatus(scene, { name, image, state, restarts, missing, created })
    ),
    qosClass: "Burstable",
  };
}

interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly state: PodState;
  readonly restarts: number;
  readonly missing: string;
  readonly created: string;
}

function containerStatus(
  scene: Scene,
  { name, image, state, restarts, missing, created }: ContainerOptions,
): object {
  const waiting = WAITING[state]?.(missing);
  const runs = state === "running" || state === "unready";
  const containerID = `containerd://${scene.random.hex(64)}`;
  const ended = (exitCode: number) => ({
    terminated: {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt: created,
      finishedAt: scene.time(),
      containerID,
    },
  });
  return {
    name,
    state: runs
      ? { running: { startedAt: created } }
      : waiting !== undefined
      ? { waiting }
      : ended(state === "succeeded" ? 0 : 1),
    lastState: restarts > 0 ? ended(1) : {},
    ready: state === "running",
    started: runs,
    restartCount: restarts,
    image,
    imageID: runs || restarts > 0 ? `${image.replace(/:[^:]*$/, "")}@sha256:${scene.random.hex(64)}` : "",
    ...(runs ? { containerID } : {}),
  };
}
