/** A set of rows as bits, of which copies and differences cost a thirty-second of the highest row. */
export class RowBits {
  #words: Uint32Array;
  #size = 0;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static of(rows: Iterable<number>): RowBits {
    const bits = new RowBits(new Uint32Array(32));
    for (const row of rows) bits.set(row, true);
    return bits;
  }

  get size(): number {
    return this.#size;
  }

  /** A row that is higher than all in the set. */
  get end(): number {
    return this.#words.length * 32;
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & 1 << (row & 31)) !== 0;
  }

  set(row: number, isIn: boolean): void {
    if (this.has(row) === isIn) return;
    const at = row >>> 5;
    if (at >= this.#words.length) {
      const grown = new Uint32Array(Math.max(at + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[at] = this.#words[at]! ^ 1 << (row & 31);
    this.#size += isIn ? 1 : -1;
  }

  copy(): RowBits {
    const copy = new RowBits(this.#words.slice());
    copy.#size = this.#size;
    return copy;
  }

  /** Visits the rows in ascending order. `visit` may remove the row that it is called with. */
  forEach(visit: (row: number) => void): void {
    for (let at = 0; at < this.#words.length; at++) {
      let left = this.#words[at]!;
      while (left !== 0) {
        const lowest = left & -left;
        visit(at * 32 + 31 - Math.clz32(lowest));
        left ^= lowest;
      }
    }
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Visits the rows that the other set does not have. */
  forEachMissingIn(other: RowBits, visit: (row: number) => void): void {
    for (let at = 0; at < this.#words.length; at++) {
      let missing = this.#words[at]! & ~(other.#words[at] ?? 0);
      while (missing !== 0) {
        const lowest = missing & -missing;
        visit(at * 32 + 31 - Math.clz32(lowest));
        missing ^= lowest;
      }
    }
  }
}
