/**
 * A buffer that grows at its end. It is written in whole words, up to three bytes too far, and the next write
 * overwrites these bytes. This makes large answers cheap.
 */
const encoder = new TextEncoder();
const ZERO = 0x30;
const SLACK = 4;

/**
 * The strings and uids that a writer copies, each by its number, as bytes between the quotes of a JSON
 * string.
 */
export interface ByteSource {
  readonly text: {
    /** Returns the number of bytes that `copy` needs at most. */
    size(id: number): number;
    /** Writes a string at `start` and returns the offset of its end. */
    copy(id: number, view: DataView<ArrayBuffer>, start: number): number;
  };
  uidSize(row: number): number;
  copyUid(row: number, target: { view: DataView<ArrayBuffer>; start: number }): number;
  fieldUidSize(words: Uint32Array, at: number): number;
  copyFieldUid(
    words: Uint32Array,
    at: number,
    target: { view: DataView<ArrayBuffer>; start: number },
  ): number;
}

/** A constant piece of ASCII. */
export interface Fragment {
  readonly words: Uint32Array;
  readonly length: number;
}

export function fragment(text: string): Fragment {
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 4);
  new TextEncoder().encodeInto(text, bytes);
  const view = new DataView(bytes.buffer);
  const words = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
  return { words, length: text.length };
}

export class ByteWriter {
  readonly #source: ByteSource;
  #view: DataView<ArrayBuffer>;
  /** The limit of writes. */
  #end: number;
  #at = 0;

  /** @param room the number of bytes that are probably needed, or a buffer to overwrite. */
  constructor(source: ByteSource, room: number | ArrayBuffer) {
    this.#source = source;
    this.#view = new DataView(typeof room === "number" ? new ArrayBuffer(Math.max(room, 256)) : room);
    this.#end = this.#view.byteLength - SLACK;
  }

  /** All bytes written so far. Valid until the next write. */
  get written(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer, 0, this.#at);
  }

  /** The number of bytes written so far. */
  get length(): number {
    return this.#at;
  }

  put({ words, length }: Fragment): void {
    this.#reserve(length);
    const view = this.#view;
    let at = this.#at;
    for (let i = 0; i < words.length; i++, at += 4) view.setUint32(at, words[i]!, true);
    this.#at += length;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#view.setUint8(this.#at++, text.charCodeAt(i));
  }

  utf8(text: string): void {
    this.#reserve(text.length * 3);
    const free = new Uint8Array(this.#view.buffer, this.#at);
    this.#at += encoder.encodeInto(text, free).written;
  }

  /** Writes a whole number that is not negative. */
  number(value: number): void {
    this.#reserve(16);
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      this.#view.setUint8(at, ZERO + value % 10);
      value = Math.floor(value / 10);
    }
    this.#at += digits;
  }

  /** Writes the last two digits of a number, with a leading 0 if necessary. */
  twoDigits(value: number): void {
    this.#reserve(2);
    this.#view.setUint8(this.#at++, ZERO + Math.floor(value / 10) % 10);
    this.#view.setUint8(this.#at++, ZERO + value % 10);
  }

  /** Writes a string of the graph, by its id, without quotes. */
  text(id: number): void {
    this.#reserve(this.#source.text.size(id));
    this.#at = this.#source.text.copy(id, this.#view, this.#at);
  }

  /** Writes the uid of a resource, without quotes. */
  uid(row: number): void {
    this.#reserve(this.#source.uidSize(row));
    this.#at = this.#source.copyUid(row, { view: this.#view, start: this.#at });
  }

  /** Writes a uid within a field of details, without quotes. */
  fieldUid(words: Uint32Array, at: number): void {
    this.#reserve(this.#source.fieldUidSize(words, at));
    this.#at = this.#source.copyFieldUid(words, at, { view: this.#view, start: this.#at });
  }

  #reserve(length: number): void {
    if (this.#at + length > this.#end) this.#grow(length);
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#view.byteLength * 2, this.#at + length + SLACK));
    grown.set(this.written);
    this.#view = new DataView(grown.buffer);
    this.#end = grown.length - SLACK;
  }
}
