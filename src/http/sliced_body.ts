/**
 * A response body over bytes that several responses share. The client gets the next slice after it has
 * taken the previous one. `onEnd` is called once: when everything is sent, when the client has disconnected,
 * when it has taken nothing for half a minute, or when the body is cut.
 */
import type { Clock } from "../model/clock.ts";

const SLICE_BYTES = 256 << 10;
const STALL_TIMEOUT_MS = 30_000;

/** The client reads its answer too slowly. The server has already logged that it cut the answer. */
export class SlowClientError extends Error {
  override readonly name = "SlowClientError";
}

export interface SlicedBodyOptions {
  readonly clock: Clock;
  /** Slices are copies, so that the socket holds nothing of `bytes` when the body has ended. */
  readonly copies: boolean;
  readonly onCut: (reason: string) => void;
  readonly onEnd: () => void;
}

export class SlicedBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly #options: SlicedBodyOptions;
  /** Undefined after the body has ended, because the stream may outlive it. */
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #taken = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>, options: SlicedBodyOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.startedAt = options.clock.now();
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        this.#expectPull();
      },
      pull: () => this.#sendSlice(),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** The average number of bytes that the client has taken per second. */
  get bytesPerSecond(): number {
    return this.#taken * 1000 / Math.max(1, this.#options.clock.now() - this.startedAt);
  }

  /** Ends the body before all is sent; the server then closes the connection. */
  cut(reason: string): void {
    if (this.#bytes === undefined) return;
    this.#end();
    this.#controller.error(new SlowClientError(reason));
    this.#options.onCut(reason);
  }

  #sendSlice(): void {
    if (this.#bytes === undefined) return;
    const { length } = this.#bytes;
    const slice = this.#bytes.subarray(this.#taken, this.#taken += SLICE_BYTES);
    this.#controller.enqueue(this.#options.copies ? slice.slice() : slice);
    if (this.#taken < length) this.#expectPull();
    else {
      this.#end();
      this.#controller.close();
    }
  }

  #expectPull(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(
      STALL_TIMEOUT_MS,
      () => this.cut(`The client took nothing for ${STALL_TIMEOUT_MS / 1000} s`),
    );
  }

  #end(): void {
    this.#cancelTimer?.();
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#options.onEnd();
  }
}
