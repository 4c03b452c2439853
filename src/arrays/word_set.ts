import { NONE, u32 } from "./columns.ts";
import { mix, RowIndex } from "./row_index.ts";

/**
 * A set of keys of a few words each. It stores the words of all keys one after the other, with an index over
 * them, so a key needs neither an object nor a string. The set frees its memory when it becomes empty.
 */
export class WordSet {
  readonly #width: number;
  #words;
  #index;
  #size = 0;

  /** @param width the number of words of a key. */
  constructor(width: number) {
    this.#width = width;
    this.#words = u32(width);
    this.#index = this.#newIndex();
  }

  get size(): number {
    return this.#size;
  }

  /** The words of all keys, key by key. Valid until the next write. */
  get words(): Uint32Array {
    return this.#words.data.subarray(0, this.#size * this.#width);
  }

  has(words: Uint32Array, at: number): boolean {
    return this.#find(words, at) !== NONE;
  }

  add(words: Uint32Array, at: number): void {
    if (this.has(words, at)) return;
    this.#words.reserve(this.#size + 1);
    const start = this.#size * this.#width;
    for (let i = 0; i < this.#width; i++) this.#words.data[start + i] = words[at + i] ?? 0;
    this.#index.add(this.#size++);
  }

  /** Removes the last keys, at most `most` of them, and returns their words. */
  takeLast(most: number): Uint32Array {
    const left = Math.max(0, this.#size - most);
    const taken = this.#words.data.slice(left * this.#width, this.#size * this.#width);
    if (left === 0) this.clear();
    else while (this.#size > left) this.#index.remove(--this.#size);
    return taken;
  }

  clear(): void {
    if (this.#size === 0) return;
    this.#size = 0;
    this.#words.free();
    this.#index.free();
    this.#words = u32(this.#width);
    this.#index = this.#newIndex();
  }

  get bytes(): number {
    return this.#words.data.byteLength + this.#index.bytes;
  }

  #newIndex(): RowIndex {
    return new RowIndex((key) => this.#hash(this.#words.data, key * this.#width));
  }

  #hash(words: Uint32Array, at: number): number {
    let hash = 0;
    for (let i = 0; i < this.#width; i += 2) hash = mix(words[at + i] ?? 0, words[at + i + 1] ?? 0, hash);
    return hash;
  }

  #find(words: Uint32Array, at: number): number {
    const index = this.#index;
    for (let slot = index.slot(this.#hash(words, at));; slot = index.after(slot)) {
      const key = index.at(slot);
      if (key === NONE || this.#equals(key, words, at)) return key;
    }
  }

  #equals(key: number, words: Uint32Array, at: number): boolean {
    const known = this.#words.data;
    const start = key * this.#width;
    for (let i = 0; i < this.#width; i++) if (known[start + i] !== words[at + i]) return false;
    return true;
  }
}
