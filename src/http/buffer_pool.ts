/**
 * Reuses the buffers of large answers, because the allocation of a buffer costs as much as writing into it.
 *
 * A response may end while the socket still reads a part of its buffer. A slow client can prolong this without
 * limit, and nothing can take the buffer back. Such a buffer is pinned: it is not reused until the server
 * reports that every response from it is complete. While too many buffers are pinned, `allowsViews` is false.
 * Answers must then be sent as copies of their slices, which do not pin the buffer.
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

  /** Takes a buffer back. Only the responses in `sending` may still read it. */
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
