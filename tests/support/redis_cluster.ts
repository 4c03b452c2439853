/**
 * A Redis Cluster of three masters, each with a replica unless it is told otherwise, on free ports of this
 * machine. A test that opens one disposes of it.
 */
import { runProgram } from "./deployed_redis.ts";
import { freePort } from "./free_port.ts";
import { holds } from "./holds.ts";
import { RedisServer } from "./redis_server.ts";
import { TcpLink } from "./tcp_link.ts";

const HOST = "127.0.0.1";
const MASTERS = 3;

/** A line of CLUSTER NODES. */
export interface ClusterNode {
  readonly id: string;
  readonly server: RedisServer;
  readonly flags: string;
  readonly masterId: string;
  /** Ranges such as `0-5460`, and slots on the move. */
  readonly slots: readonly string[];
}

export interface RedisClusterOptions {
  /** For each master. */
  readonly replicas?: 0 | 1;
  /** Whether other servers reach each server through links. */
  readonly linked?: boolean;
}

export class RedisCluster implements AsyncDisposable {
  readonly servers: RedisServer[] = [];
  /** The links of each server, if they have links: for the protocol of clients, and for the bus. */
  readonly links: (readonly [TcpLink, TcpLink])[] = [];

  private constructor() {}

  static async open(options: RedisClusterOptions = {}): Promise<RedisCluster> {
    for (let tries = 1;; tries++) {
      const cluster = new RedisCluster();
      try {
        await cluster.#start(options);
        return cluster;
      } catch (error) {
        // Ports that were free may be taken by now.
        await cluster[Symbol.asyncDispose]();
        if (tries === 3) throw error;
      }
    }
  }

  async #start({ replicas = 1, linked = false }: RedisClusterOptions): Promise<void> {
    const options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
    const quick = ["--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"];
    for (let i = 0; i < MASTERS * (1 + replicas); i++) {
      const server = RedisServer.absent();
      this.servers.push(server);
      const bus = freePort();
      if (linked) {
        this.links.push([
          new TcpLink(server.port, { name: `server ${i} for other servers` }),
          new TcpLink(bus, { name: `the bus of server ${i}` }),
        ]);
      }
      const announce = (this.links[i] ?? []).flatMap(({ port }, nth) => [
        `--cluster-announce-${nth === 0 ? "port" : "bus-port"}`,
        `${port}`,
      ]);
      await server.start(...options, ...quick, "--cluster-port", `${bus}`, ...announce);
    }
    const { code, output } = await runProgram("redis-cli", [
      ...["--cluster", "create", ...this.servers.map((it) => `${HOST}:${it.port}`)],
      ...["--cluster-replicas", `${replicas}`, "--cluster-yes"],
    ]);
    if (code !== 0) throw new Error(output);
    await this.isWhole();
  }

  /** The port by which other servers know a server. */
  announcedPort(server: RedisServer): number {
    return (this.links[this.servers.indexOf(server)]?.[0] ?? server).port;
  }

  /** The nodes in the form of a RedisTarget. */
  get location() {
    return { kind: "cluster", nodes: this.servers.map(({ port }) => ({ host: HOST, port })) } as const;
  }

  /** For a command line. */
  get flags(): string[] {
    return ["--redis-cluster", `--redis-addr=${this.servers.map(({ port }) => `${HOST}:${port}`)}`];
  }

  /** The nodes as those that run know them. */
  async nodes(): Promise<ClusterNode[]> {
    for (const server of this.servers) {
      const text = await server.command("CLUSTER", "NODES").catch(() => undefined) as string | undefined;
      if (text === undefined) continue;
      return text.trim().split("\n").flatMap((line) => {
        const [id = "", address = "", flags = "", masterId = "", , , , , ...slots] = line.split(" ");
        const [, port] = /:(\d+)@/.exec(address) ?? [];
        const found = this.servers.find((it) => this.announcedPort(it) === Number(port));
        return found ? [{ id, server: found, flags, masterId, slots }] : [];
      });
    }
    throw new Error("no node answers");
  }

  /** The node that owns the slot of a key. */
  async ownerOf(key: string): Promise<ClusterNode> {
    const nodes = await this.nodes();
    const slot = await this.#first(async (server) => Number(await server.command("CLUSTER", "KEYSLOT", key)));
    const owns = ({ slots }: ClusterNode) =>
      slots.some((range) => {
        const [from = NaN, to = from] = range.split("-").map(Number);
        return from <= slot && slot <= to;
      });
    const owner = nodes.find((node) => /master/.test(node.flags) && !/fail/.test(node.flags) && owns(node));
    if (owner === undefined) throw new Error(`slot ${slot} has no owner`);
    return owner;
  }

  /** Moves all slots of a key's owner to another master, key by key. */
  async moveSlotOf(key: string): Promise<void> {
    const owner = await this.ownerOf(key);
    const to = (await this.nodes()).find(({ flags, id }) =>
      /master/.test(flags) && !/fail/.test(flags) && id !== owner.id
    );
    if (to === undefined) throw new Error("there is no other master");
    const slot = Number(await owner.server.command("CLUSTER", "KEYSLOT", key));
    await to.server.command("CLUSTER", "SETSLOT", slot, "IMPORTING", owner.id);
    await owner.server.command("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
    for (;;) {
      const keys = await owner.server.command("CLUSTER", "GETKEYSINSLOT", slot, 100) as string[];
      if (keys.length === 0) break;
      await owner.server.command("MIGRATE", HOST, to.server.port, "", 0, 5_000, "REPLACE", "KEYS", ...keys);
    }
    await to.server.command("CLUSTER", "SETSLOT", slot, "NODE", to.id);
    for (const { flags, server } of await this.nodes()) {
      if (/master/.test(flags) && !/fail/.test(flags)) {
        await server.command("CLUSTER", "SETSLOT", slot, "NODE", to.id);
      }
    }
  }

  /** Lets a replica of a key's owner take over in good order; settles when it has. */
  async failOver(key: string): Promise<void> {
    const owner = await this.ownerOf(key);
    const replica = (await this.nodes()).find(({ masterId }) => masterId === owner.id);
    const isMoved = async () => {
      if ((await this.ownerOf(key)).id === owner.id) throw new Error("the owner is still the same");
    };
    // Redis gives up a manual failover after five seconds, for example if the replica lags.
    for (let tries = 3; tries > 0; tries--) {
      await replica?.server.command("CLUSTER", "FAILOVER");
      try {
        return await holds(isMoved, 8);
      } catch (error) {
        if (tries === 1) throw error;
      }
    }
  }

  /** Waits until every node says that the cluster is whole, with all replicas. */
  async isWhole(): Promise<void> {
    const expected = this.servers.length - MASTERS;
    await holds(async () => {
      let replicas = 0;
      for (const server of this.servers) {
        const info = `${await server.command("CLUSTER", "INFO")}`;
        if (
          !/cluster_state:ok/.test(info) || !info.includes(`cluster_known_nodes:${this.servers.length}\r`)
        ) {
          throw new Error(info);
        }
        const replication = `${await server.command("INFO", "replication")}`;
        if (!/role:slave/.test(replication)) continue;
        replicas++;
        if (!/master_link_status:up/.test(replication)) throw new Error(replication);
      }
      if (replicas < expected) throw new Error(`only ${replicas} nodes are replicas`);
      const known = (await this.nodes()).filter(({ flags }) => /slave/.test(flags));
      if (known.length < expected) throw new Error(`only ${known.length} nodes are known as replicas`);
    }, 40);
  }

  /** All that our slot holds, read from its owner. */
  async dump(key: string): Promise<Map<string, string | string[]>> {
    return await (await this.ownerOf(key)).server.dump();
  }

  /** For a Cluster that lives until the process ends, whose servers then end by themselves. */
  removeFolders(): void {
    for (const { folder } of this.servers) Deno.removeSync(folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    for (const link of this.links.flat()) await link[Symbol.asyncDispose]();
  }

  async #first<T>(ask: (server: RedisServer) => Promise<T>): Promise<T> {
    for (const server of this.servers) {
      const answer = await ask(server).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error("no node answers");
  }
}
