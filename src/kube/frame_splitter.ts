import { ConnectionError } from "./errors.ts";
import { Unfinished } from "./unfinished.ts";

const HEAD = 4;

/**
 * Splits the pieces of a watch in protobuf into its frames. A frame is four bytes of length, big-endian, and
 * then the message. It holds only the frame that has not ended yet.
 */
export class FrameSplitter {
  readonly #onFrame: (message: Uint8Array) => void;
  readonly #started = new Unfinished("message");
  readonly #head = new Uint8Array(HEAD);
  /** The bytes of `#head` that have arrived. */
  #headLength = 0;

  /** @param onFrame called with views that are valid only until it returns. */
  constructor(onFrame: (message: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws {ConnectionError} if a message is longer than 16 MiB. */
  push(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length) {
      if (this.#headLength < HEAD) {
        this.#head[this.#headLength++] = chunk[from++]!;
        continue;
      }
      const missing = this.#messageLength() - this.#started.length;
      const piece = chunk.subarray(from, from + missing);
      from += piece.length;
      if (piece.length < missing) this.#started.add(piece);
      else this.#finish(piece);
    }
    // An empty message ends with its head.
    if (this.#headLength === HEAD && this.#messageLength() === 0) this.#finish(chunk.subarray(0, 0));
  }

  /** @throws {ConnectionError} if the last frame is not complete. */
  end(): void {
    if (this.#headLength > 0) throw new ConnectionError("the stream was cut in the middle of a message");
  }

  #messageLength(): number {
    const [a, b, c, d] = this.#head as unknown as [number, number, number, number];
    const length = (a << 24 | b << 16 | c << 8 | d) >>> 0;
    this.#started.expect(length);
    return length;
  }

  #finish(piece: Uint8Array): void {
    this.#headLength = 0;
    if (this.#started.length === 0) this.#onFrame(piece);
    else {
      this.#started.add(piece);
      this.#onFrame(this.#started.finish());
    }
  }
}
