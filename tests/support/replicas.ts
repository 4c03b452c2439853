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
import { type Direction, TcpLink } from "./tcp_link.ts";

const WHOLE = "inactive=true&labels=true";
const REST_SECONDS = 60;

export interface ReplicasOptions {
  readonly topology: TopologyName;
  readonly objects?: number;
  readonly seed?: number;
  /** Milliseconds after which a silent Redis is replaced. */
  readonly timeout?: number;
  /** Whether the servers of Redis reach each other through links. */
  readonly linked?: boolean;
}

export class Replicas implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly redis: RedisTopology;
  readonly running = new Set<Astrolabe>();
  /** What each replica that was started with links is connected through. */
  readonly links = new Map<Astrolabe, readonly TcpLink[]>();
  readonly #folder = Deno.makeTempDirSync({ prefix: "replicas_" });

  private constructor(simulator: Simulator, redis: RedisTopology) {
    this.simulator = simulator;
    this.redis = redis;
    Deno.writeTextFileSync(`${this.#folder}/kubeconfig`, kubeconfigOf(simulator.url));
  }

  static async open(
    { topology, objects = 200, seed = 1, timeout, linked }: ReplicasOptions,
  ): Promise<Replicas> {
    const redis = await openTopology(topology, { timeout, linked });
    const simulator = Simulator.start({ kinds, seed });
    for (const object of sampleCluster({ objects, seed })) simulator.store.create(object);
    return new Replicas(simulator, redis);
  }

  async start(...flags: string[]): Promise<Astrolabe> {
    return await this.#start([`--kubeconfig=${this.#folder}/kubeconfig`, ...this.redis.flags, ...flags]);
  }

  /**
   * Starts a replica with a link to each server that it uses: the API server, every server of Redis, and every
   * Sentinel. Sentinels and nodes of a Cluster name servers in their answers; the replica reads the ports of its
   * links instead.
   *
   * @param options.lost what the link to the API server loses from the start.
   * @param options.onDelivered called with bytes that the replica has got from the API server.
   */
  async startLinked(
    { lost, onDelivered }: { lost?: Direction; onDelivered?: (bytes: Uint8Array) => void } = {},
  ): Promise<Astrolabe> {
    const port = Number(new URL(this.simulator.url).port);
    const apiServer = new TcpLink(port, { name: "the API server", onDelivered });
    if (lost !== undefined) apiServer.lose(lost);
    const kubeconfig = `${this.#folder}/${apiServer.port}`;
    Deno.writeTextFileSync(kubeconfig, kubeconfigOf(`http://127.0.0.1:${apiServer.port}`));
    const { servers, helpers } = this.redis;
    const renamed = new Map<number, number>();
    const linkTo = (port: number, name: string) => new TcpLink(port, { name, renamed });
    const toServers = servers.map(({ port }, i) => linkTo(port, `server ${i}`));
    servers.forEach((server, i) => renamed.set(this.redis.announcedPort(server), toServers[i]?.port ?? 0));
    const toHelpers = helpers.map(({ port }, i) => linkTo(port, `Sentinel ${i}`));
    const links = [apiServer, ...toServers, ...toHelpers];
    const ofPort = new Map([...servers, ...helpers].map(({ port }, i) => [port, links[i + 1]?.port]));
    const flags = this.redis.flags.map((flag) =>
      flag.replaceAll(/(?<=127\.0\.0\.1:)\d+/g, (port) => `${ofPort.get(Number(port))}`)
    );
    const astrolabe = await this.#start([`--kubeconfig=${kubeconfig}`, ...flags]);
    this.links.set(astrolabe, links);
    return astrolabe;
  }

  async #start(flags: readonly string[]): Promise<Astrolabe> {
    const astrolabe = await Astrolabe.start("--enable-persistence", "--redis-flush-interval=1", ...flags);
    this.running.add(astrolabe);
    return astrolabe;
  }

  async stop(astrolabe: Astrolabe, signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.running.delete(astrolabe);
    const code = await astrolabe.stop(signal);
    for (const link of this.links.get(astrolabe) ?? []) await link[Symbol.asyncDispose]();
    this.links.delete(astrolabe);
    return code;
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
      for (const astrolabe of [...this.running]) await this.stop(astrolabe, "SIGKILL");
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
