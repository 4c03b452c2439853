import { NONE } from "./columns.ts";

/**
 * An open-addressing hash table from the content of a row to the row. It stores only row numbers: the owner
 * computes a hash again when it is needed, and compares contents. It uses linear probing, is at most three
 * quarters full, and removes by shifting back.
 *
 * Look up a row with
 * `for (let slot = index.slot(hash); (row = index.at(slot)) !== NONE; slot = index.after(slot))`.
 */
export class RowIndex {
  readonly #hashOf: (row: number) => number;
  #slots = new Uint32Array(64).fill(NONE);
  #mask = 63;
  #used = 0;

  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  slot(hash: number): number {
    return hash & this.#mask;
  }

  after(slot: number): number {
    return (slot + 1) & this.#mask;
  }

  at(slot: number): number {
    return this.#slots[slot]!;
  }

  /** Adds a row that is not in the table. */
  add(row: number): void {
    if ((this.#used + 1) * 4 > this.#slots.length * 3) this.#grow();
    this.#used++;
    this.#place(row);
  }

  /** Removes a row that is in the table, while it still has its hash. */
  remove(row: number): void {
    const slots = this.#slots;
    let hole = this.slot(this.#hashOf(row));
    while (slots[hole] !== row) hole = this.after(hole);
    this.#used--;
    for (let slot = this.after(hole);; slot = this.after(slot)) {
      const next = slots[slot]!;
      if (next === NONE) break;
      const home = this.slot(this.#hashOf(next));
      if (((slot - home) & this.#mask) >= ((slot - hole) & this.#mask)) {
        slots[hole] = next;
        hole = slot;
      }
    }
    slots[hole] = NONE;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { slots: this.#slots, used: this.#used, hashOf: this.#hashOf };
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Frees the memory immediately. The index must not be used after that. */
  free(): void {
    this.#slots.buffer.transfer(0);
  }

  #place(row: number): void {
    let slot = this.slot(this.#hashOf(row));
    while (this.#slots[slot] !== NONE) slot = this.after(slot);
    this.#slots[slot] = row;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2).fill(NONE);
    this.#mask = this.#slots.length - 1;
    for (const row of old) if (row !== NONE) this.#place(row);
    old.buffer.transfer(0);
  }
}

/** Mixes numbers into a hash with well distributed low bits. */
export function mix(a: number, b: number, c = 0): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
