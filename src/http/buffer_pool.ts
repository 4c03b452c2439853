/**
 * Buffers of large answers, to be written again: a fresh buffer costs as much as writing into it.
 *
 * A response may end while the socket still reads a part of its buffer, for as long as the client likes:
 * neither the runtime nor we can take it back. Such a buffer stays pinned, and is not handed out, until the
 * server reports that every response from it is complete. While too many are pinned, `allowsViews` is false
 * and answers must be sent as copies of their slices, which pin nothing but themselves.
 */
const SPARE_BUFFERS_MAX = 3;
const PINNED_BUFFERS_MAX = 3;

export class BufferPool {
  readonly #spare: ArrayBuffer[] = [];
  #pinned = 0;

  take(): ArrayBuffer | undefined {
    return this.#spare.pop();
  }

  get allowsViews(): boolean {
    return this.#pinned < PINNED_BUFFERS_MAX;
  }

  /** Takes a buffer that only the responses `sending` read. */
  giveBack(buffer: ArrayBuffer, sending: ReadonlySet<Promise<unknown>>): void {
    if (sending.size === 0) {
      this.#put(buffer);
      return;
    }
    this.#pinned++;
    Promise.allSettled(sending).then(() => {
      this.#pinned--;
      this.#put(buffer);
    });
  }

  #put(buffer: ArrayBuffer): void {
    if (this.#spare.length < SPARE_BUFFERS_MAX) this.#spare.push(buffer);
  }
}
