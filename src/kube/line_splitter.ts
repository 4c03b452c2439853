import { ConnectionError } from "./errors.ts";

const MAX_LINE = 16 * 1024 * 1024;
const LARGE_LINE = 256 * 1024;
const NEWLINE = 10;

/** Splits the pieces of a stream into lines. It holds only the line that has not ended yet. */
export class LineSplitter {
  #onLine: (line: Uint8Array) => void;
  #started = new Uint8Array(0);
  #length = 0;

  /** @param onLine called with views that are valid only until it returns. */
  constructor(onLine: (line: Uint8Array) => void) {
    this.#onLine = onLine;
  }

  /** @throws {ConnectionError} if a line is longer than 16 MiB. */
  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      this.#onLine(this.#length === 0 ? piece : this.#finish(piece));
      from = at + 1;
    }
    if (from < chunk.length) this.#add(chunk.subarray(from));
  }

  /** @throws {ConnectionError} if the last line has no end. */
  end(): void {
    if (this.#length > 0) throw new ConnectionError("the stream was cut in the middle of a line");
  }

  #add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > MAX_LINE) throw new ConnectionError("a line is longer than 16 MiB");
    if (length > this.#started.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#started.length));
      grown.set(this.#started.subarray(0, this.#length));
      this.#started = grown;
    }
    this.#started.set(piece, this.#length);
    this.#length = length;
  }

  #finish(piece: Uint8Array): Uint8Array {
    this.#add(piece);
    const line = this.#started.subarray(0, this.#length);
    this.#length = 0;
    if (line.length > LARGE_LINE) this.#started = new Uint8Array(0);
    return line;
  }
}
