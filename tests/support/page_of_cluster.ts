/** A cluster in memory, a server that follows it, and the page of that server. */
import { kinds } from "../../src/kinds/registry.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "./astrolabe.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

export class PageOfCluster implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly astrolabe: Astrolabe;
  readonly #kubeconfig: string;

  private constructor(simulator: Simulator, astrolabe: Astrolabe, kubeconfig: string) {
    this.simulator = simulator;
    this.astrolabe = astrolabe;
    this.#kubeconfig = kubeconfig;
  }

  static async start(objects: Iterable<KubeObject>, prepare: (simulator: Simulator) => void = () => {}) {
    const simulator = Simulator.start({ kinds });
    simulator.store.fill(objects);
    prepare(simulator);
    const kubeconfig = await Deno.makeTempFile();
    await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
    return new PageOfCluster(simulator, await Astrolabe.start(`--kubeconfig=${kubeconfig}`), kubeconfig);
  }

  get url(): string {
    return `${this.astrolabe.url}/`;
  }

  /** Starts another server of the same cluster on a port. */
  async restart(port: string): Promise<Astrolabe> {
    return await Astrolabe.start(`--kubeconfig=${this.#kubeconfig}`, `--port=${port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.astrolabe.stop();
    await this.simulator.close();
    await Deno.remove(this.#kubeconfig);
  }
}
