import type { Astrolabe } from "./astrolabe.ts";
import { holds } from "./holds.ts";
import type { Replicas } from "./replicas.ts";
import { type Endpoint, TcpBalancer } from "./tcp_balancer.ts";

/** How late kube-proxies hear of an endpoint, at the worst that a test assumes. */
export const PROPAGATION_MS = 3_000;
const FLAGS = ["--shutdown-delay=5"];

/** A Deployment of Astrolabe behind a Service: with `maxUnavailable: 0` and `maxSurge: 1`. */
export class RollingUpdate implements AsyncDisposable {
  readonly balancer = new TcpBalancer(PROPAGATION_MS);
  readonly #replicas: Replicas;
  readonly #pods: { readonly astrolabe: Astrolabe; readonly endpoint: Endpoint }[] = [];

  constructor(replicas: Replicas) {
    this.#replicas = replicas;
  }

  /** Where clients ask. */
  get url(): string {
    return `http://127.0.0.1:${this.balancer.port}`;
  }

  /** Adds a replica, and waits until it receives connections. */
  async add(): Promise<void> {
    const astrolabe = await this.#replicas.start(...FLAGS);
    const endpoint = {
      port: Number(new URL(astrolabe.url).port),
      isReady: async () => (await astrolabe.text("/readyz")).status === 200,
    };
    this.balancer.add(endpoint);
    this.#pods.push({ astrolabe, endpoint });
    await holds(() => {
      if (!this.balancer.uses(endpoint)) throw new Error("the replica receives no connections");
    });
  }

  /** Replaces the oldest replica: first another one starts, then the old one is stopped. */
  async replaceOldest(): Promise<void> {
    await this.add();
    const oldest = this.#pods.shift();
    if (oldest === undefined) throw new Error("there is no replica");
    const code = await this.#replicas.stop(oldest.astrolabe);
    if (code !== 0) throw new Error(`the replica ended with ${code}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer[Symbol.asyncDispose]();
  }
}
