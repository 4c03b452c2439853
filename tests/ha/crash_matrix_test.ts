/**
 * Seeded runs over the three topologies. Each run kills, freezes or disconnects some of the API server, Redis
 * servers, Sentinels and replicas at random moments while the cluster changes, and brings them back. A replica
 * may lose one direction, or both, of its connections to the API server, to any server of Redis (so the
 * connection with the data is among them) and to any Sentinel. A server of Redis may lose the connections that
 * the Sentinels and other servers have opened to it, but not those that it has opened to them. At the end, the
 * API server, the memory of every replica and Redis must be equal, one replica must write, and no reader of an
 * untouched replica may have got an error.
 *
 * `HA_RUNS` is the number of runs, `HA_SEED` the first seed. Each run prints what it lost. The seed, which is in
 * the name of the test, replays the same faults at the same times.
 */
import { assert, assertEquals } from "@std/assert";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import type { Astrolabe } from "../support/astrolabe.ts";
import { random } from "../support/random.ts";
import { hasRedisServer } from "../support/redis_server.ts";
import { type Failing, TOPOLOGIES } from "../support/redis_topology.ts";
import { Replicas } from "../support/replicas.ts";
import type { TcpLink } from "../support/tcp_link.ts";

const RUNS = Number(Deno.env.get("HA_RUNS") ?? 3);
const FIRST = Number(Deno.env.get("HA_SEED") ?? 1);
const REPLICAS = 2;
/** The milliseconds within which a fault begins and ends. */
const FAULT_MS = 2_500;

for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
  const topology = TOPOLOGIES[seed % TOPOLOGIES.length] ?? "direct";
  Deno.test({
    name: `Crash matrix, comes to rest on ${topology} (seed ${seed})`,
    ignore: !hasRedisServer,
    fn: () => run(seed, topology),
  });
}

async function run(seed: number, topology: typeof TOPOLOGIES[number]): Promise<void> {
  const next = random(seed * 7919);
  await using replicas = await Replicas.open({
    topology,
    seed,
    objects: 80 + Math.floor(next() * 80),
    linked: true,
  });
  const stop = new AbortController();
  const { store } = replicas.simulator;
  const life = livingCluster({ store, signal: stop.signal, seed, changesPerSecond: 20 + next() * 200 });
  const readers: Reader[] = [];
  try {
    for (let i = 0; i < REPLICAS; i++) readers.push(new Reader(await replicas.startLinked()));
    await pause(next() * FAULT_MS);
    for (let round = 1 + Math.floor(next() * 3); round > 0; round--) {
      await Promise.all([fault(replicas, readers, next), fault(replicas, readers, next)]);
    }
    stop.abort();
    await life;
    await replicas.redis.isWhole();
    await replicas.atRest();
    for (const [{ output }, links] of replicas.links) {
      const ports = links.map(({ port }) => port);
      const connected = [...output.matchAll(/connected to Redis address=127\.0\.0\.1:(\d+)/g)];
      assert(connected.length > 0);
      // Otherwise a partition would leave a connection that it should lose.
      assertEquals(connected.filter(([, port]) => !ports.includes(Number(port))).length, 0);
    }
  } finally {
    stop.abort();
    await life;
    for (const reader of readers) await reader.stop();
  }
  assertEquals(readers.flatMap(({ errors }) => errors), []);
}

/** Lets one part fail, and brings it back. */
async function fault(replicas: Replicas, readers: Reader[], next: () => number): Promise<void> {
  const { servers, helpers } = replicas.redis;
  const kind = next();
  const isKill = next() < 0.5;
  const [before, during] = [next() * FAULT_MS, next() * FAULT_MS];
  const [choice, place, way] = [next(), next(), next()];
  await pause(before);
  if (kind < 0.2) {
    await fail(apiServer(replicas), { isKill: true, during });
  } else if (kind < 0.25) {
    // A short cut: all connections of a server are reset.
    await servers[Math.floor(choice * servers.length)]?.command("CLIENT", "KILL", "TYPE", "normal")
      .catch(() => {});
  } else if (kind < 0.3) {
    // The command fails if there is no other server, or while another fault affects one.
    await replicas.redis.failOver().catch(() => {});
  } else if (kind < 0.5) {
    await fail(servers[Math.floor(choice * servers.length)], { isKill, during });
  } else if (kind < 0.65) {
    await fail(helpers[Math.floor(choice * helpers.length)], { isKill, during });
  } else if (kind < 0.8) {
    await partition(replicas, { during, at: choice, place, way });
  } else {
    const reader = readers[Math.floor(choice * readers.length)];
    if (reader === undefined || reader.isTouched) return;
    reader.isTouched = true;
    if (isKill) {
      await reader.stop();
      await replicas.stop(reader.astrolabe, "SIGKILL");
      await pause(during);
      readers.push(new Reader(await replicas.startLinked()));
    } else {
      reader.astrolabe.signal("SIGSTOP");
      await pause(during);
      reader.astrolabe.signal("SIGCONT");
    }
  }
}

/** The parts that fail now. Further faults do not choose them. */
const failing = new WeakSet<object>();

async function fail(part: Failing | undefined, { isKill, during }: { isKill: boolean; during: number }) {
  if (part === undefined || failing.has(part)) return;
  failing.add(part);
  if (isKill) await part.kill();
  else part.pause();
  await pause(during);
  if (isKill) await part.start();
  else part.resume();
  failing.delete(part);
}

const DIRECTIONS = ["to server", "to client", "both"] as const;

/**
 * Loses the link of a replica, or the links of a server of Redis. A replica still answers its readers. A third
 * of the partitions affects the server that takes writes, a third any server or Sentinel, and the others the
 * links between the servers.
 */
async function partition(replicas: Replicas, { during, at, place, way }: Partition): Promise<void> {
  const { redis } = replicas;
  const direction = DIRECTIONS[Math.floor(way * DIRECTIONS.length)] ?? "both";
  // Longer than some of the time-outs.
  const milliseconds = Math.round(3 * during);
  const primary = redis.servers.indexOf(await redis.primary().catch(() => redis.servers[0]!));
  const links = [...replicas.links.values()];
  const ofReplica = links[Math.floor(place * links.length)] ?? [];
  const lost = at < 1 / 3
    ? [ofReplica[1 + primary]]
    : at < 2 / 3 || redis.links.length === 0
    ? [ofReplica[Math.floor((at * 3 % 1) * ofReplica.length)]]
    : redis.links[Math.floor((at * 3 % 1) * redis.links.length)] ?? [];
  const chosen = lost.filter((link) => link !== undefined && !failing.has(link)) as TcpLink[];
  const who = at >= 2 / 3 && redis.links.length > 0 ? "all" : `replica ${links.indexOf(ofReplica)}`;
  for (const link of chosen) {
    failing.add(link);
    link.lose(direction);
    console.log(`${link.name} is lost to ${who}, ${direction}, for ${milliseconds} ms`);
  }
  await pause(milliseconds);
  for (const link of chosen) {
    link.restore();
    failing.delete(link);
  }
}

/** Numbers from 0 to 1 that choose what is lost, and the milliseconds. */
interface Partition {
  readonly during: number;
  readonly at: number;
  readonly place: number;
  readonly way: number;
}

const apiServers = new WeakMap<Replicas, Failing>();

/** The simulator as a part that fails. It can be disconnected, but not frozen. */
function apiServer(replicas: Replicas): Failing {
  const known = apiServers.get(replicas);
  if (known !== undefined) return known;
  const { simulator } = replicas;
  const made: Failing = {
    isRunning: true,
    start: () => Promise.resolve(simulator.up()),
    kill: () => simulator.down(),
    pause() {},
    resume() {},
  };
  apiServers.set(replicas, made);
  return made;
}

/**
 * Reads from a replica continuously, and keeps the errors, except while the replica itself was disconnected.
 */
class Reader {
  readonly astrolabe: Astrolabe;
  readonly errors: string[] = [];
  isTouched = false;
  readonly #ended: Promise<void>;
  #isStopped = false;

  constructor(astrolabe: Astrolabe) {
    this.astrolabe = astrolabe;
    this.#ended = this.#read();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const { status } = await this.astrolabe.text("/api/v1/releases");
        if (status !== 200 && !this.isTouched) this.errors.push(`status ${status}`);
      } catch (error) {
        if (!this.isTouched) this.errors.push(`${error}`);
      }
      await pause(20);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
