import type { Random } from "../random.ts";

const SECOND = 1000;
const ADDRESSES = 256 * 256;

/** Where sample objects live: their nodes, their addresses, and the time that they count from. */
export class Scene {
  readonly random: Random;
  readonly nodes: readonly string[];
  readonly #now: () => number;
  #addresses = 0;

  constructor(random: Random, { nodes, now }: { readonly nodes: number; readonly now: () => number }) {
    this.random = random;
    this.nodes = Array.from({ length: nodes }, (_, at) => `node-${String(at + 1).padStart(3, "0")}`);
    this.#now = now;
  }

  /** RFC 3339 in whole seconds, as Kubernetes writes it. */
  time(secondsAgo = 0): string {
    return new Date(this.#now() - secondsAgo * SECOND).toISOString().replace(/\.\d+/, "");
  }

  /** How many seconds ago it was. */
  age(time: string): number {
    return Math.max(0, Math.floor((this.#now() - Date.parse(time)) / SECOND));
  }

  podAddress(): string {
    const at = this.#addresses++ % ADDRESSES;
    return `10.${64 + this.random.below(64)}.${at >> 8}.${at & 255}`;
  }

  serviceAddress(): string {
    return `10.32.${this.random.below(256)}.${this.random.between(1, 254)}`;
  }

  nodeAddress(node: string): string {
    const at = this.nodes.indexOf(node) + 1;
    return `192.168.${at >> 8}.${at & 255}`;
  }
}
