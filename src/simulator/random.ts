const UUID_PARTS = [8, 4, 4, 4, 12] as const;

/** A random number generator. The same seed gives the same numbers (sfc32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = ~seed;
    this.#c = 0x9e3779b9;
    for (let round = 0; round < 12; round++) this.#next();
  }

  /** Returns a number from 0 up to, but not including, 1. */
  float(): number {
    return this.#next() / 2 ** 32;
  }

  /** Returns a whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  /** Returns a whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError("cannot pick from an empty array");
    return from[this.below(from.length)] as T;
  }

  /** Returns `length` characters, like the suffix of a Pod's name. */
  suffix(length: number): string {
    return this.#characters("bcdfghjklmnpqrstvwxz2456789", length);
  }

  hex(length: number): string {
    return this.#characters("0123456789abcdef", length);
  }

  uuid(): string {
    const [low, mid, high, clock, node] = UUID_PARTS.map((length) => this.hex(length)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    return `${low}-${mid}-4${high.slice(1)}-${this.pick(["8", "9", "a", "b"])}${clock.slice(1)}-${node}`;
  }

  #characters(alphabet: string, length: number): string {
    let text = "";
    for (let at = 0; at < length; at++) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result | 0;
    return result >>> 0;
  }
}
