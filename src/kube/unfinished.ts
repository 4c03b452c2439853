import { ConnectionError } from "./errors.ts";

/** The longest line or message that is accepted. An object of Kubernetes has a few MB at most. */
const LIMIT = 16 * 1024 * 1024;
const LARGE = 256 * 1024;

/** The bytes of a line or a message whose end has not arrived yet. */
export class Unfinished {
  readonly #what: string;
  #bytes = new Uint8Array(0);
  #length = 0;

  /** @param what a line or a message, for errors. */
  constructor(what: string) {
    this.#what = what;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws {ConnectionError} if it is longer than 16 MiB. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    this.expect(length);
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** @throws {ConnectionError} if the length of a whole line or message is more than 16 MiB. */
  expect(length: number): void {
    if (length > LIMIT) throw new ConnectionError(`a ${this.#what} is longer than 16 MiB`);
  }

  /** Returns the bytes, which remain valid until the next `add`, and begins anew. */
  finish(): Uint8Array {
    const whole = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (whole.length > LARGE) this.#bytes = new Uint8Array(0);
    return whole;
  }

  /** @throws {ConnectionError} if there are bytes. */
  end(): void {
    if (this.#length > 0) throw new ConnectionError(`the stream was cut in the middle of a ${this.#what}`);
  }
}
