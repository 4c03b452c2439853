/**
 * Several Astrolabes that follow one simulated cluster and share one Redis, and the conditions that must hold
 * at rest: the API server, every memory and Redis are equal, and one replica writes.
 */
import { assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "./astrolabe.ts";
import { describeDatabase, expectedDatabase } from "./database_lines.ts";
import { holds } from "./holds.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { describeAnswer, NaiveReading } from "./naive_reading.ts";
import { openTopology, type RedisTopology, type TopologyName } from "./redis_topology.ts";

const WHOLE = "inactive=true&labels=true";
const REST_SECONDS = 60;

export interface ReplicasOptions {
  readonly topology: TopologyName;
  readonly objects?: number;
  readonly seed?: number;
  /** Milliseconds after which a silent Redis is replaced. */
  readonly timeout?: number;
}

export class Replicas implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly redis: RedisTopology;
  readonly running = new Set<Astrolabe>();
  readonly #folder = Deno.makeTempDirSync({ prefix: "replicas_" });

  private constructor(simulator: Simulator, redis: RedisTopology) {
    this.simulator = simulator;
    this.redis = redis;
    Deno.writeTextFileSync(`${this.#folder}/kubeconfig`, kubeconfigOf(simulator.url));
  }

  static async open({ topology, objects = 200, seed = 1, timeout }: ReplicasOptions): Promise<Replicas> {
    const redis = await openTopology(topology, timeout);
    const simulator = Simulator.start({ kinds, seed });
    for (const object of sampleCluster({ objects, seed })) simulator.store.create(object);
    return new Replicas(simulator, redis);
  }

  async start(...flags: string[]): Promise<Astrolabe> {
    const astrolabe = await Astrolabe.start(
      `--kubeconfig=${this.#folder}/kubeconfig`,
      "--enable-persistence",
      "--redis-flush-interval=1",
      ...this.redis.flags,
      ...flags,
    );
    this.running.add(astrolabe);
    return astrolabe;
  }

  async stop(astrolabe: Astrolabe, signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.running.delete(astrolabe);
    return await astrolabe.stop(signal);
  }

  async roles(): Promise<string[]> {
    const roles = [];
    for (const astrolabe of this.running) roles.push(await roleOf(astrolabe));
    return roles;
  }

  /** Waits until exactly one replica writes. Returns it. */
  async writer(): Promise<Astrolabe> {
    return await holds(async () => {
      const roles = await this.roles();
      assertEquals(roles.filter((role) => role === "writer").length, 1);
      return [...this.running][roles.indexOf("writer")] as Astrolabe;
    }, REST_SECONDS);
  }

  /** Waits until the API server, every replica's memory and Redis are equal, and one replica writes. */
  async atRest(): Promise<void> {
    await holds(async () => {
      const objects = kinds.flatMap(({ kind }) => this.simulator.store.list(kind));
      const expected = new NaiveReading(objects).graph({ inactive: true });
      let database: string[] = [];
      for (const astrolabe of this.running) {
        const answer = await astrolabe.graph(WHOLE);
        assertEquals(describeAnswer(answer), expected);
        database = expectedDatabase(answer, objects);
      }
      assertEquals(describeDatabase(await this.redis.dump()), database);
      assertEquals((await this.roles()).filter((role) => role === "writer").length, 1);
    }, REST_SECONDS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const astrolabe of this.running) await astrolabe.stop("SIGKILL");
    } finally {
      await this.simulator.close();
      await this.redis[Symbol.asyncDispose]();
      await Deno.remove(this.#folder, { recursive: true });
    }
  }
}

export async function roleOf(astrolabe: Astrolabe): Promise<string> {
  return (await astrolabe.json("/health")).persistence.role;
}
