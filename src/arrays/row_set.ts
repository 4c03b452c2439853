/** A set of rows that remembers the order in which they were added. */
export class RowSet implements Iterable<number> {
  readonly #bits: Uint32Array;
  #rows = new Uint32Array(64);
  #size = 0;

  /** @param end one past the highest row that may be added. */
  constructor(end: number) {
    this.#bits = new Uint32Array((end + 31) >>> 5);
  }

  get size(): number {
    return this.#size;
  }

  /** The rows, in order. Valid until the next `add`. */
  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#size);
  }

  /** Returns the `i`th row that was added. */
  at(i: number): number {
    return this.#rows[i]!;
  }

  has(row: number): boolean {
    return (this.#bits[row >>> 5]! & 1 << (row & 31)) !== 0;
  }

  /** Adds a row. Returns false if the set already has it. */
  add(row: number): boolean {
    if (this.has(row)) return false;
    this.#bits[row >>> 5]! |= 1 << (row & 31);
    if (this.#size === this.#rows.length) {
      const grown = new Uint32Array(this.#size * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#size++] = row;
    return true;
  }

  /** Removes all rows. The cost depends only on their number. */
  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#bits[this.#rows[i]! >>> 5] = 0;
    this.#size = 0;
  }

  [Symbol.iterator](): Iterator<number> {
    return this.rows.values();
  }
}
