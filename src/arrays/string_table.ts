/**
 * Every string of the graph, once. A string is stored as the bytes between its quotes in JSON (UTF-8,
 * escaped), so that an answer can copy it unchanged. Ids are reference-counted: each `intern` or `retain`
 * needs one `release`. The place of a string without holders is reused by the next string of its size
 * class. Id 0 is the empty string and is never freed.
 */
import { type Column, NONE, Slots, u32 } from "./columns.ts";
import { roomFor } from "./size_class.ts";
import { RowIndex } from "./row_index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const BACKSLASH = 0x5c;
/** Up to this length, in bytes, a loop makes a text faster than the decoder of the runtime. */
const SHORT_TEXT_MAX = 64;
/** The texts of all ASCII characters. */
const CHARACTERS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

export class Strings {
  /** The start of each string in the arena, in units of eight bytes. */
  readonly #start = u32();
  readonly #length = u32();
  readonly #hash = u32();
  /** The number of holders. For a free id, the next free id of the same size class. */
  readonly #holders = u32();
  readonly #slots = new Slots([this.#start, this.#length, this.#hash, this.#holders]);
  readonly #index = new RowIndex((id) => this.#hash.data[id]!);
  readonly #free: Column<Uint32Array<ArrayBuffer>> = u32();
  /** The arena, in units of eight bytes, so that each string starts at a word. */
  readonly #arena = u32(2);
  #bytes: Uint8Array = new Uint8Array(0);
  #arenaEnd = 0;
  #count = 0;

  /** The string of the current lookup, escaped. */
  #scratch = new Uint8Array(1024);
  #scratchLength = 0;

  constructor() {
    this.intern("");
  }

  /** Returns the id of the string, and counts one more holder. */
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

  /** Returns the id of the string, or NONE if the graph does not have it. */
  find(text: string): number {
    return this.#find(this.#encode(text));
  }

  /** Reports whether the string of an id is this text. Faster than `find`. */
  equals(id: number, text: string): boolean {
    const length = this.#length.data[id]!;
    if (text.length !== length) return text.length < length && this.find(text) === id;
    // Equal lengths: compare bytes with characters. A backslash in the text would look like an escape.
    const start = this.#start.data[id]! * 8;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code === BACKSLASH) return this.find(text) === id;
      if (code !== this.#bytes[start + i]) return false;
    }
    return true;
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
    const end = start + this.#length.data[id]!;
    const short = end - start <= SHORT_TEXT_MAX ? plainText(this.#bytes, start, end) : undefined;
    if (short !== undefined) return short;
    const bytes = this.#bytes.subarray(start, end);
    const text = decoder.decode(bytes);
    return bytes.includes(BACKSLASH) ? JSON.parse(`"${text}"`) : text;
  }

  /** Returns the test whether the string of an id contains a text that is not empty. */
  containing(part: string): (id: number) => boolean {
    const wanted = encoder.encode(JSON.stringify(part).slice(1, -1));
    const first = wanted[0];
    return (id) => {
      const bytes = this.#bytes;
      const start = this.#start.data[id]! * 8;
      const last = start + this.#length.data[id]! - wanted.length;
      for (let at = start; at <= last; at++) {
        if (bytes[at] !== first) continue;
        let i = 1;
        while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
        if (i < wanted.length) continue;
        // The match may begin in the middle of an escape.
        const end = start + this.#length.data[id]!;
        return !bytes.subarray(start, end).includes(BACKSLASH) || this.text(id).includes(part);
      }
      return false;
    };
  }

  /** Returns the number of bytes that `copy` writes. */
  size(id: number): number {
    return this.#length.data[id]!;
  }

  /**
   * Writes the escaped bytes at `at` and returns their end. It writes whole words, so up to three bytes
   * behind the end are overwritten and must exist.
   */
  copy(id: number, target: DataView, at: number): number {
    const arena = this.#arena.data;
    const length = this.#length.data[id]!;
    const start = this.#start.data[id]! * 2;
    for (let word = 0; word * 4 < length; word++) target.setUint32(at + word * 4, arena[start + word]!, true);
    return at + length;
  }

  /** Compares two strings as UTF-8 bytes. */
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

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return {
      slots: this.#slots,
      index: this.#index,
      start: this.#start.data,
      length: this.#length.data,
      holders: this.#holders.data,
      free: this.#free.data,
      end: this.#arenaEnd,
    };
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

  /** Returns an id with space in the arena for `length` bytes. */
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

/** Returns the text of bytes, or undefined if one of them is not ASCII or belongs to an escape. */
function plainText(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7e || bytes[at] === BACKSLASH) return undefined;
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    );
  }
  for (; at < end; at++) text += CHARACTERS[bytes[at]!];
  return text;
}
