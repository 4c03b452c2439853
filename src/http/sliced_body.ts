/**
 * A response body over bytes that many may share: slices of them, each when the client has taken the
 * one before. `done` is called once, when all is sent, when the client has gone, or when it has taken
 * nothing for half a minute.
 */
const SLICE = 256 << 10;
const PATIENCE = 30_000;

export class SlicedBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #done: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>, done: () => void) {
    this.#done = done;
    let at = 0;
    this.stream = new ReadableStream({
      start: (controller) => this.#expectPull(controller),
      pull: (controller) => {
        controller.enqueue(bytes.subarray(at, at += SLICE));
        if (at < bytes.length) return this.#expectPull(controller);
        controller.close();
        this.#end();
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  #expectPull(controller: ReadableStreamDefaultController): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end();
      controller.error(new Error("The client takes nothing"));
    }, PATIENCE);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#done?.();
    this.#done = undefined;
  }
}
