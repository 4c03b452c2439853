/**
 * Uids as 128 bits, in four words. The uids of the API server are UUIDs. Any other text is interned, and its
 * words are three times all ones and the id of the string.
 */
import type { Strings } from "../../arrays/string_table.ts";

const ALL_ONES = 0xffffffff;
const HEX = new Uint8Array(256).fill(255);
for (let i = 0; i < 16; i++) HEX["0123456789abcdef".charCodeAt(i)] = i;
const DIGITS = new Uint16Array(256);
for (let i = 0; i < 256; i++) {
  const [high, low] = i.toString(16).padStart(2, "0");
  DIGITS[i] = high!.charCodeAt(0) << 8 | low!.charCodeAt(0);
}
const DASH = 0x2d;
/** The characters of the text that `text` makes, and the position of the digits of each byte in it. */
const CODES = new Array<number>(36).fill(DASH);
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

export class Uids {
  /** The result of `parse` and `find`, until the next call of either. */
  readonly words = new Uint32Array(4);
  readonly #strings: Strings;

  constructor(strings: Strings) {
    this.#strings = strings;
  }

  /** Puts a uid into `words`, and holds its text. Needs one `release`. */
  parse(uid: string): void {
    if (!this.#parseUuid(uid)) this.#setText(this.#strings.intern(uid));
  }

  /** Puts a uid into `words` without holding its text. Returns false if the graph cannot have the uid. */
  find(uid: string): boolean {
    if (this.#parseUuid(uid)) return true;
    const id = this.#strings.find(uid);
    this.#setText(id);
    return id !== ALL_ONES;
  }

  release(words: Uint32Array, at: number): void {
    if (isText(words, at)) this.#strings.release(words[at + 3]!);
  }

  text(words: Uint32Array, at: number): string {
    if (isText(words, at)) return this.#strings.text(words[at + 3]!);
    for (let i = 0; i < 16; i++) {
      const digits = DIGITS[words[at + (i >> 2)]! >>> (24 - (i & 3) * 8) & 0xff]!;
      CODES[PLACES[i]!] = digits >>> 8;
      CODES[PLACES[i]! + 1] = digits & 0xff;
    }
    return String.fromCharCode.apply(null, CODES);
  }

  /** Returns the number of bytes that `copy` writes. */
  size(words: Uint32Array, at: number): number {
    return isText(words, at) ? this.#strings.size(words[at + 3]!) : 36;
  }

  /** Writes the uid as `Strings.copy` does, without quotes. Returns the position of its end. */
  copy(words: Uint32Array, at: number, { view, start }: { view: DataView; start: number }): number {
    if (isText(words, at)) return this.#strings.copy(words[at + 3]!, view, start);
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    putDigits(view, start, words[at]! >>> 16);
    putDigits(view, start + 4, words[at]! & 0xffff);
    view.setUint8(start + 8, DASH);
    putDigits(view, start + 9, b >>> 16);
    view.setUint8(start + 13, DASH);
    putDigits(view, start + 14, b & 0xffff);
    view.setUint8(start + 18, DASH);
    putDigits(view, start + 19, c >>> 16);
    view.setUint8(start + 23, DASH);
    putDigits(view, start + 24, c & 0xffff);
    putDigits(view, start + 28, words[at + 3]! >>> 16);
    putDigits(view, start + 32, words[at + 3]! & 0xffff);
    return start + 36;
  }

  #setText(id: number): void {
    this.words.fill(ALL_ONES, 0, 3);
    this.words[3] = id;
  }

  #parseUuid(uid: string): boolean {
    if (uid.length !== 36) return false;
    let at = 0;
    for (let i = 0; i < 4; i++) {
      let word = 0;
      for (let digits = 0; digits < 8; at++) {
        const code = uid.charCodeAt(at);
        if (at === 8 || at === 13 || at === 18 || at === 23) {
          if (code !== DASH) return false;
          continue;
        }
        const digit = code < 256 ? HEX[code]! : 255;
        if (digit === 255) return false;
        word = word << 4 | digit;
        digits++;
      }
      this.words[i] = word >>> 0;
    }
    return !isText(this.words, 0);
  }
}

/** Writes four hexadecimal digits. */
function putDigits(view: DataView, at: number, half: number): void {
  view.setUint32(at, DIGITS[half >>> 8]! << 16 | DIGITS[half & 255]!);
}

function isText(words: Uint32Array, at: number): boolean {
  return words[at] === ALL_ONES && words[at + 1] === ALL_ONES && words[at + 2] === ALL_ONES;
}
