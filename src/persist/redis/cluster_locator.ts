import {
  addressText,
  type Connection,
  type RedisAddress,
  type RedisLogin,
  type RedisTls,
} from "./connection.ts";
import { isBeingMoved } from "./errors.ts";
import { hashSlot } from "./hash_slot.ts";
import { askInTurn, type Locator, NoAnswer } from "./locator.ts";

export interface ClusterOptions extends RedisLogin {
  /** Nodes to ask first. */
  readonly nodes: readonly RedisAddress[];
  /** One of the keys, all of which are in one slot. */
  readonly key: string;
  readonly tls?: RedisTls | undefined;
}

/** A range of slots as CLUSTER SLOTS answers it; the first server is the owner. */
type SlotRange = readonly [from: number, to: number, ...servers: SlotServer[]];
type SlotServer = readonly [host: string | null, port: number, ...more: unknown[]];

/**
 * Finds the node of a Redis Cluster that owns the slot of all keys. It asks the configured nodes first, then
 * the nodes that it has learned of. So it finds the cluster again even if no configured node is left. A node that
 * is cut off may give an outdated answer. A node therefore moves to the end of the queue when it is asked, and
 * returns to the front when its answer has led to an owner. https://redis.io/docs/latest/commands/cluster-slots/
 */
export class ClusterLocator implements Locator {
  readonly name: string;
  readonly isMovable = true;
  readonly #options: ClusterOptions;
  readonly #slot: number;
  #line: readonly RedisAddress[];
  #asked: RedisAddress | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#slot = hashSlot(options.key);
    this.#line = options.nodes;
    this.name = `slot ${this.#slot} of the Cluster of ${options.nodes.map(addressText).join()}`;
  }

  async locate(signal: AbortSignal): Promise<RedisAddress> {
    const { nodes, username, password, tls } = this.#options;
    let heard: readonly RedisAddress[] = [];
    const question = async ({ client }: Connection, asked: RedisAddress) => {
      const ranges = await client.call("CLUSTER", "SLOTS") as SlotRange[];
      const address = ([host, port]: SlotServer) => ({ host: host || asked.host, port });
      const [, , owner] = ranges.find(([from, to]) => from <= this.#slot && this.#slot <= to) ?? [];
      if (owner === undefined) throw new NoAnswer(`knows no owner of slot ${this.#slot}`);
      heard = ranges.flatMap(([, , ...servers]) => servers.map(address));
      return address(owner);
    };
    const options = { role: "Redis Cluster node", question, username, password, tls };
    const { answer, place } = await askInTurn(this.#line, options, signal);
    const asked = this.#line[place];
    this.#asked = asked;
    this.#line = unique([...nodes, ...heard]).filter((node) => !isSame(node, asked));
    if (asked !== undefined) this.#line = [...this.#line, asked];
    return answer;
  }

  async confirm({ client }: Connection): Promise<void> {
    await client.get(this.#options.key).catch((error) => {
      if (!isBeingMoved(error)) throw error;
    });
    const asked = this.#asked;
    if (asked !== undefined) this.#line = [asked, ...this.#line.filter((node) => !isSame(node, asked))];
  }
}

function unique(addresses: readonly RedisAddress[]): RedisAddress[] {
  return [...new Map(addresses.map((it) => [`${it.host} ${it.port}`, it])).values()];
}

function isSame(a: RedisAddress, b: RedisAddress | undefined): boolean {
  return a.host === b?.host && a.port === b.port;
}
