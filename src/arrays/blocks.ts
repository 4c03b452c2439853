/**
 * Runs of u32 words in one array, for data of variable width. The word before a block holds its length. A
 * freed block is reused by the next block of the same size class. Block 0 is empty and is never freed.
 */
import { u32 } from "./columns.ts";
import { roomFor } from "./size_class.ts";

export class Blocks {
  readonly #words = u32();
  readonly #free = u32();
  #end = 1;

  constructor() {
    this.#words.reserve(1);
  }

  /** The array that contains the blocks. It is replaced when `put` grows it. */
  get words(): Uint32Array {
    return this.#words.data;
  }

  length(block: number): number {
    return block === 0 ? 0 : this.#words.data[block - 1]!;
  }

  /** Returns a new block with the first `length` words of `source`. */
  put(source: Uint32Array, length: number): number {
    if (length === 0) return 0;
    const room = roomFor(length);
    this.#free.reserve(room + 1);
    let block = this.#free.data[room]!;
    if (block !== 0) this.#free.data[room] = this.#words.data[block]!;
    else {
      block = this.#end + 1;
      this.#end += room + 1;
      this.#words.reserve(this.#end + 1);
    }
    this.#words.data[block - 1] = length;
    this.#words.data.set(source.subarray(0, length), block);
    return block;
  }

  give(block: number): void {
    if (block === 0) return;
    const room = roomFor(this.#words.data[block - 1]!);
    this.#words.data[block] = this.#free.data[room]!;
    this.#free.data[room] = block;
  }

  /** Reports whether the block holds exactly the first `length` words of `source`. */
  equals(block: number, source: Uint32Array, length: number): boolean {
    if (this.length(block) !== length) return false;
    for (let i = 0; i < length; i++) if (this.#words.data[block + i] !== source[i]) return false;
    return true;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { words: this.#words.data, free: this.#free.data, end: this.#end };
  }

  get bytes(): number {
    return this.#words.data.byteLength + this.#free.data.byteLength;
  }
}

/** A growing list of words to put into a block. It is reused, and never kept across calls. */
export class Draft {
  words = new Uint32Array(256);
  length = 0;

  push(word: number): void {
    if (this.length === this.words.length) {
      const grown = new Uint32Array(this.length * 2);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[this.length++] = word;
  }
}
