import type { Random } from "../random.ts";

const SECOND = 1000;
const ADDRESSES = 256 * 256;
const GENERATED_SUFFIX_LENGTH = 5;

export interface SceneOptions {
  /** The number of nodes. */
  readonly nodes: number;
  /** Returns the milliseconds since 1970. */
  readonly now: () => number;
  readonly healthy?: boolean | undefined;
}

/** The shared state of sample objects: nodes, addresses, generated names, and the present time. */
export class Scene {
  readonly random: Random;
  readonly nodes: readonly string[];
  /** Whether the scene has no broken and no unused objects. */
  readonly healthy: boolean;
  readonly #nodeAddresses: ReadonlyMap<string, string>;
  readonly #now: () => number;
  #addresses = 0;
  /** The last requested time. The objects of one application request the same one. */
  #lastTime = { milliseconds: NaN, text: "" };

  constructor(random: Random, { nodes, now, healthy = false }: SceneOptions) {
    this.random = random;
    this.healthy = healthy;
    this.nodes = Array.from({ length: nodes }, (_, at) => `node-${String(at + 1).padStart(3, "0")}`);
    this.#nodeAddresses = new Map(
      this.nodes.map((node, at) => [node, `192.168.${(at + 1) >> 8}.${(at + 1) & 255}`]),
    );
    this.#now = now;
  }

  /** Decides at random whether something is broken or unused. Always false in a healthy scene. */
  breaks(probability: number): boolean {
    return this.random.chance(probability) && !this.healthy;
  }

  /** Returns a time in RFC 3339 in whole seconds, as Kubernetes writes it. */
  time(secondsAgo = 0): string {
    const milliseconds = this.#now() - secondsAgo * SECOND;
    if (milliseconds !== this.#lastTime.milliseconds) {
      const text = new Date(milliseconds).toISOString().replace(/\.\d+/, "");
      this.#lastTime = { milliseconds, text };
    }
    return this.#lastTime.text;
  }

  /** Returns the whole seconds that have passed since the time. */
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

  /** Returns the address of the node; a node of another cluster has none. */
  nodeAddress(node: string): string {
    return this.#nodeAddresses.get(node) ?? "192.168.0.0";
  }

  /**
   * Returns the prefix with a random suffix, which is a name that is not taken. The API server generates
   * names the same way: https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
   */
  generateName(prefix: string, isTaken: (name: string) => boolean): string {
    for (;;) {
      const name = prefix + this.random.suffix(GENERATED_SUFFIX_LENGTH);
      if (!isTaken(name)) return name;
    }
  }
}
