/**
 * Every string of the graph, once. A string is kept as the bytes that stand between its quotes in
 * JSON (UTF-8, escaped), so that an answer copies it as it is. Ids are counted: whoever interns or
 * retains one releases it; a string that nobody holds gives its place to the next of its size. Id 0
 * is the empty string and is never given back.
 */
import { type Column, NONE, Slots, u32 } from "./columns.ts";
import { roomFor } from "./size_class.ts";
import { RowIndex } from "./row_index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const BACKSLASH = 0x5c;

export class Strings {
  /** Where a string starts in the arena, in units of eight bytes. */
  readonly #start = u32();
  readonly #length = u32();
  readonly #hash = u32();
  /** Holders; of a free id, the next free one of the same size. */
  readonly #holders = u32();
  readonly #slots = new Slots([this.#start, this.#length, this.#hash, this.#holders]);
  readonly #index = new RowIndex((id) => this.#hash.data[id]!);
  readonly #free: Column<Uint32Array<ArrayBuffer>> = u32();
  /** Units of eight bytes, so that a string starts at a word. */
  readonly #arena = u32(2);
  #bytes: Uint8Array = new Uint8Array(0);
  #arenaEnd = 0;
  #count = 0;

  /** The string that is being looked up, escaped. */
  #scratch = new Uint8Array(1024);
  #scratchLength = 0;

  constructor() {
    this.intern("");
  }

  /** The string's id, with one more holder. */
  intern(text: string): number {
    const hash = this.#encode(text);
    const known = this.#find(hash);
    if (known !== NONE) {
      this.#holders.data[known]!++;
      return known;
    }
    const id = this.#place(this.#scratchLength);
    this.#bytes.set(this.#scratch.subarray(0, this.#scratchLength), this.#start.data[id]! * 8);
    this.#length.data[id] = this.#scratchLength;
    this.#hash.data[id] = hash;
    this.#holders.data[id] = 1;
    this.#index.add(id);
    this.#count++;
    return id;
  }

  /** The string's id, or NONE where the graph does not have it. */
  find(text: string): number {
    return this.#find(this.#encode(text));
  }

  retain(id: number): number {
    this.#holders.data[id]!++;
    return id;
  }

  release(id: number): void {
    if (id === 0 || --this.#holders.data[id]! > 0) return;
    this.#index.remove(id);
    this.#count--;
    const size = roomFor((this.#length.data[id]! + 7) >>> 3);
    this.#reserveSize(size);
    this.#holders.data[id] = this.#free.data[size]!;
    this.#free.data[size] = id;
  }

  text(id: number): string {
    const start = this.#start.data[id]! * 8;
    const bytes = this.#bytes.subarray(start, start + this.#length.data[id]!);
    const text = decoder.decode(bytes);
    return bytes.includes(BACKSLASH) ? JSON.parse(`"${text}"`) : text;
  }

  /** Bytes that `copy` writes. */
  size(id: number): number {
    return this.#length.data[id]!;
  }

  /**
   * Writes the escaped bytes at `at` and returns where they end. Whole words are written: up to three
   * bytes behind the end are overwritten, and there must be room for them.
   */
  copy(id: number, target: DataView, at: number): number {
    const arena = this.#arena.data;
    const length = this.#length.data[id]!;
    const start = this.#start.data[id]! * 2;
    for (let word = 0; word * 4 < length; word++) target.setUint32(at + word * 4, arena[start + word]!, true);
    return at + length;
  }

  /** Order of two strings as UTF-8 bytes. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    const arena = this.#bytes;
    let i = this.#start.data[a]! * 8;
    let j = this.#start.data[b]! * 8;
    const lengthA = this.#length.data[a]!;
    const lengthB = this.#length.data[b]!;
    const end = i + Math.min(lengthA, lengthB);
    for (; i < end; i++, j++) {
      const x = arena[i]!;
      const y = arena[j]!;
      if (x === BACKSLASH || y === BACKSLASH) {
        return compareBytes(encoder.encode(this.text(a)), encoder.encode(this.text(b)));
      }
      if (x !== y) return x - y;
    }
    return lengthA - lengthB;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#slots.bytes + this.#index.bytes + this.#free.data.byteLength + this.#arena.data.byteLength;
  }

  /** Escapes into the scratch buffer and returns the hash. */
  #encode(text: string): number {
    const length = text.length;
    if (length * 6 > this.#scratch.length) this.#scratch = new Uint8Array(length * 12);
    const scratch = this.#scratch;
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === 0x22 || code === BACKSLASH) return this.#encodeSlowly(text);
      scratch[i] = code;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.#scratchLength = length;
    return finish(hash);
  }

  #encodeSlowly(text: string): number {
    const escaped = JSON.stringify(text);
    this.#scratchLength = encoder.encodeInto(escaped.slice(1, -1), this.#scratch).written;
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.#scratchLength; i++) hash = Math.imul(hash ^ this.#scratch[i]!, 0x01000193);
    return finish(hash);
  }

  #find(hash: number): number {
    const index = this.#index;
    const arena = this.#bytes;
    const scratch = this.#scratch;
    const length = this.#scratchLength;
    for (let slot = index.slot(hash);; slot = index.after(slot)) {
      const id = index.at(slot);
      if (id === NONE) return NONE;
      if (this.#hash.data[id] !== hash || this.#length.data[id] !== length) continue;
      const start = this.#start.data[id]! * 8;
      let i = 0;
      while (i < length && arena[start + i] === scratch[i]) i++;
      if (i === length) return id;
    }
  }

  /** An id with a place in the arena for `length` bytes. */
  #place(length: number): number {
    const size = roomFor((length + 7) >>> 3);
    this.#reserveSize(size);
    const free = this.#free.data[size]!;
    if (free !== 0) {
      this.#free.data[size] = this.#holders.data[free]!;
      return free;
    }
    const id = this.#slots.take();
    this.#start.data[id] = this.#arenaEnd;
    this.#arenaEnd += size;
    this.#arena.reserve(this.#arenaEnd);
    if (this.#bytes.buffer !== this.#arena.data.buffer) this.#bytes = new Uint8Array(this.#arena.data.buffer);
    return id;
  }

  #reserveSize(size: number): void {
    this.#free.reserve(size + 1);
  }
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
