/**
 * The cluster of the measurements: a sample cluster on a real kube-apiserver if `KUBEBUILDER_ASSETS` is
 * set, otherwise on the simulator in a separate process.
 */
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Random } from "../../src/simulator/random.ts";
import { sampleCluster, type SampleClusterOptions } from "../../src/simulator/sample_cluster.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { SimulatorProcess } from "./simulator_process.ts";

const POD_SAMPLE = 500;

/** Writes to the API server. Each call resolves when the API server has answered. */
type PatchStatus = (pod: PodToChange, status: object) => Promise<void>;

export class BenchCluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly close: () => Promise<void>;
  readonly #patchStatus: PatchStatus;
  readonly #pods: PodToChange[];
  #next = 0;

  static async start(
    options: Required<Pick<SampleClusterOptions, "objects" | "seed">>,
  ): Promise<BenchCluster> {
    const running = Array.from(sampleCluster(options).filter(isRunningPod), toPodToChange);
    const random = new Random(options.seed);
    const pods = Array.from({ length: POD_SAMPLE }, () => random.pick(running));

    if (!apiServerAvailable) {
      const simulator = await SimulatorProcess.start(options);
      return new BenchCluster("the simulator", {
        pods,
        kubeconfig: simulator.kubeconfig,
        patchStatus: (pod, status) => simulator.patchStatus(pod, status),
        close: () => simulator.stop(),
      });
    }
    const server = await ApiServer.start({ objects: sampleCluster(options) });
    return new BenchCluster("kube-apiserver", {
      pods,
      kubeconfig: server.kubeconfig(),
      async patchStatus({ namespace, name }, status) {
        await server.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, { status });
      },
      close: () => server.close(),
    });
  }

  private constructor(
    name: string,
    { pods, kubeconfig, patchStatus, close }: {
      pods: PodToChange[];
      kubeconfig: string;
      patchStatus: PatchStatus;
      close: () => Promise<void>;
    },
  ) {
    this.name = name;
    this.kubeconfig = kubeconfig;
    this.close = close;
    this.#pods = pods;
    this.#patchStatus = patchStatus;
  }

  /** The Pod that changes next. */
  nextPod(): PodToChange {
    return this.#pods[this.#next++ % this.#pods.length] as PodToChange;
  }

  /** Adds one to the restart count of a container of the Pod. */
  async restartContainer(pod: PodToChange): Promise<void> {
    const [first, ...others] = pod.containerStatuses;
    if (first === undefined) throw new TypeError(`${pod.name} has no container`);
    first.restartCount++;
    await this.#patchStatus(pod, { containerStatuses: [first, ...others] });
  }
}

export interface PodToChange {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly containerStatuses: { restartCount: number }[];
}

function isRunningPod({ kind, status }: KubeObject): boolean {
  return kind === "Pod" && status?.phase === "Running" && status.containerStatuses?.length > 0;
}

function toPodToChange({ metadata: { uid = "", namespace = "", name }, status }: KubeObject): PodToChange {
  return { uid, namespace, name, containerStatuses: status.containerStatuses };
}
