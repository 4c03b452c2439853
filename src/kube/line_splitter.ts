import { Unfinished } from "./unfinished.ts";

const NEWLINE = 10;

/** Splits the pieces of a stream into lines. It holds only the line that has not ended yet. */
export class LineSplitter {
  readonly #onLine: (line: Uint8Array) => void;
  readonly #started = new Unfinished("line");

  /** @param onLine called with views that are valid only until it returns. */
  constructor(onLine: (line: Uint8Array) => void) {
    this.#onLine = onLine;
  }

  /** @throws {ConnectionError} if a line is longer than 16 MiB. */
  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      if (this.#started.length === 0) this.#onLine(piece);
      else {
        this.#started.add(piece);
        this.#onLine(this.#started.finish());
      }
      from = at + 1;
    }
    if (from < chunk.length) this.#started.add(chunk.subarray(from));
  }

  /** @throws {ConnectionError} if the last line has no end. */
  end(): void {
    this.#started.end();
  }
}
