import { WordSet } from "./word_set.ts";

const PARTS = 16;

/** A WordSet in parts. It grows by one part at a time, so that no step takes long. */
export class PartedWordSet {
  readonly #width: number;
  readonly #parts: readonly WordSet[];
  #size = 0;

  /** @param width the number of words of a key. */
  constructor(width: number) {
    this.#width = width;
    this.#parts = Array.from({ length: PARTS }, () => new WordSet(width));
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.bytes, 0);
  }

  has(words: Uint32Array, at: number): boolean {
    return this.#partOf(words, at).has(words, at);
  }

  add(words: Uint32Array, at: number): void {
    const part = this.#partOf(words, at);
    const before = part.size;
    part.add(words, at);
    this.#size += part.size - before;
  }

  /** Removes at most `most` keys, and returns their words. */
  take(most: number): Uint32Array {
    const taken = new Uint32Array(Math.min(most, this.#size) * this.#width);
    let length = 0;
    for (const part of this.#parts) {
      if (length === taken.length) break;
      const words = part.takeLast((taken.length - length) / this.#width);
      taken.set(words, length);
      length += words.length;
    }
    this.#size -= taken.length / this.#width;
    return taken;
  }

  clear(): void {
    for (const part of this.#parts) part.clear();
    this.#size = 0;
  }

  #partOf(words: Uint32Array, at: number): WordSet {
    return this.#parts[((words[at] ?? 0) ^ (words[at + this.#width - 1] ?? 0)) & PARTS - 1]!;
  }
}
