/**
 * A simulated cluster, a real Redis and Astrolabe between them, with the conditions that all three must meet
 * when nothing changes.
 */
import { assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "./astrolabe.ts";
import { describeDatabase, expectedDatabase } from "./database_lines.ts";
import { holds } from "./holds.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { describeAnswer, NaiveReading } from "./naive_reading.ts";
import { RedisServer } from "./redis_server.ts";

const WHOLE = "inactive=true&labels=true";

export interface PersistedClusterOptions {
  readonly objects?: number;
  readonly seed?: number;
  /** Options for the command line of redis-server. */
  readonly redis?: readonly string[];
  readonly redisIsAbsent?: boolean;
}

export class PersistedCluster implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly simulator: Simulator;
  readonly #kubeconfig: string;
  readonly #running = new Map<Astrolabe, Reader | undefined>();

  private constructor(simulator: Simulator, redis: RedisServer) {
    this.simulator = simulator;
    this.redis = redis;
    this.#kubeconfig = `${redis.folder}/kubeconfig`;
    Deno.writeTextFileSync(this.#kubeconfig, kubeconfigOf(simulator.url));
  }

  static async open(options: PersistedClusterOptions = {}): Promise<PersistedCluster> {
    const { objects = 200, seed = 1, redis = [], redisIsAbsent = false } = options;
    const server = RedisServer.absent(...redis);
    const simulator = Simulator.start({ kinds, seed });
    for (const object of sampleCluster({ objects, seed })) simulator.store.create(object);
    const cluster = new PersistedCluster(simulator, server);
    if (!redisIsAbsent) await server.start();
    return cluster;
  }

  /** Starts Astrolabe, and reads from it while it runs. */
  async start(...flags: string[]): Promise<Astrolabe> {
    const astrolabe = await this.startUnread(...flags);
    this.#running.set(astrolabe, new Reader(astrolabe));
    return astrolabe;
  }

  /** Starts Astrolabe without reading from it, for tests that suspend its process. */
  async startUnread(...flags: string[]): Promise<Astrolabe> {
    const astrolabe = await Astrolabe.start(
      `--kubeconfig=${this.#kubeconfig}`,
      "--enable-persistence",
      `--redis-addr=127.0.0.1:${this.redis.port}`,
      "--redis-flush-interval=1",
      ...flags,
    );
    this.#running.set(astrolabe, undefined);
    return astrolabe;
  }

  /** Ends it, and asserts that no read ever failed. */
  async stop(astrolabe: Astrolabe, signal: Deno.Signal = "SIGTERM"): Promise<number> {
    const failures = await this.#running.get(astrolabe)?.stop() ?? [];
    this.#running.delete(astrolabe);
    const code = await astrolabe.stop(signal);
    assertEquals(failures, []);
    return code;
  }

  /** Lets the lease of a dead writer expire at once. */
  async forgetLease(): Promise<void> {
    await this.redis.command("DEL", "astrolabe:lease");
  }

  /** Waits until the API server, Astrolabe and Redis have the same data. */
  async atRest(astrolabe: Astrolabe): Promise<void> {
    await holds(async () => {
      const answer = await astrolabe.graph(WHOLE);
      const reading = new NaiveReading(this.#objects());
      assertEquals(describeAnswer(answer), reading.graph({ inactive: true }));
      assertEquals(describeDatabase(await this.redis.dump()), expectedDatabase(answer, this.#objects()));
    }, 40);
  }

  /** Waits until Astrolabe has the data of the API server. Redis does not matter. */
  async shown(astrolabe: Astrolabe): Promise<void> {
    await holds(async () => {
      const answer = await astrolabe.graph(WHOLE);
      assertEquals(describeAnswer(answer), new NaiveReading(this.#objects()).graph({ inactive: true }));
    });
  }

  /** Makes changes of every sort: creates, deletes, and changes a label and a status. */
  change(round = 0): void {
    const { store } = this.simulator;
    const [first, second] = store.list("ConfigMap").filter(({ metadata }) => !metadata.ownerReferences);
    const [pod] = store.list("Pod");
    if (!first || !second || !pod) throw new Error("the cluster is too small to change");
    const { namespace = "" } = first.metadata;
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: `new-${round}` } });
    store.delete("ConfigMap", namespace, first.metadata.name);
    const labels = { ...second.metadata.labels, round: `${round}` };
    store.update({ ...second, metadata: { ...second.metadata, labels } });
    store.patchStatus("Pod", pod.metadata, { ...pod.status, phase: round % 2 ? "Running" : "Failed" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const astrolabe of this.#running.keys()) await this.stop(astrolabe, "SIGKILL");
    } finally {
      await this.simulator.close();
      await this.redis[Symbol.asyncDispose]();
    }
  }

  #objects(): KubeObject[] {
    return kinds.flatMap(({ kind }) => this.simulator.store.list(kind));
  }
}

/** Reads continuously, and records failures. */
class Reader {
  readonly #failures: string[] = [];
  readonly #ended: Promise<void>;
  #stopped = false;

  constructor(astrolabe: Astrolabe) {
    this.#ended = this.#read(astrolabe);
  }

  async stop(): Promise<readonly string[]> {
    this.#stopped = true;
    await this.#ended;
    return this.#failures;
  }

  async #read(astrolabe: Astrolabe): Promise<void> {
    while (!this.#stopped) {
      try {
        const { status } = await astrolabe.text("/api/v1/releases");
        if (status !== 200) this.#failures.push(`status ${status}`);
      } catch (error) {
        this.#failures.push(`${error}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
