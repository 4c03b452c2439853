/**
 * Bounds the memory of large answers: three exist at a time, whether they are being sent or only cached. A
 * request for another one waits until a slot is free, and gets 503 after ten seconds.
 *
 * Nobody can hold the slots by reading slowly. A cached answer that is not being sent is evicted
 * immediately. If all are being sent, the one whose fastest reader is the slowest is cut as soon as each of its readers
 * has had five seconds, which is less than the wait before a 503. Without a waiting request a slow reader is
 * left alone as long as it reads at all.
 */
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import { BufferPool } from "./buffer_pool.ts";
import { HttpError } from "./http_error.ts";
import { SlicedBody } from "./sliced_body.ts";

const SLOTS_MAX = 3;
const WAIT_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 500;
const SENDING_MIN_MS = 5_000;

/** The failure that every route with large answers may give. */
export const BUSY = { 503: "Too many large answers are being sent" };

export interface LargeAnswerOptions {
  /** Nothing else refers to the buffer of `bytes`. */
  readonly reusable: boolean;
  /** Called when the answer must leave the cache. */
  readonly onEvict: () => void;
}

/** An answer in a slot. It leaves the slot when it is neither cached nor being sent nor compressed. */
export class LargeAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #slots: LargeAnswerSlots;
  readonly #options: LargeAnswerOptions;
  readonly #bodies = new Set<SlicedBody>();
  /** Settle when the server has sent, or given up, a response that reads the buffer. */
  readonly #sending = new Set<Promise<unknown>>();
  #isCached = true;
  #holds = 0;

  constructor(slots: LargeAnswerSlots, bytes: Uint8Array<ArrayBuffer>, options: LargeAnswerOptions) {
    this.#slots = slots;
    this.bytes = bytes;
    this.#options = options;
  }

  /** A response body. `completed` settles when the server no longer needs any of it. */
  send(completed: Promise<void> | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { clock, pool, gaveUp } = this.#slots;
    const copies = completed === undefined || !pool.allowsViews;
    const body: SlicedBody = new SlicedBody(this.bytes, {
      clock,
      copies,
      onCut: gaveUp,
      onEnd: () => {
        this.#bodies.delete(body);
        this.#settle();
      },
    });
    this.#bodies.add(body);
    if (!copies) {
      this.#sending.add(completed);
      const forget = () => this.#sending.delete(completed);
      completed.then(forget, forget);
    }
    return body.stream;
  }

  /** Keeps the answer in its slot while `use` runs. */
  async hold<T>(use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await use(this.bytes);
    } finally {
      this.#holds--;
      this.#settle();
    }
  }

  /** Takes the answer out of the cache: no further request gets it. */
  uncache(): void {
    this.#isCached = false;
    this.#settle();
  }

  get isIdle(): boolean {
    return this.#bodies.size === 0 && this.#holds === 0;
  }

  evict(): void {
    this.#options.onEvict();
    this.uncache();
  }

  /** Ends all responses that send the answer. */
  cut(): void {
    this.evict();
    for (const body of this.#bodies) body.cut("The client read too slowly while other requests waited");
  }

  /** Bytes a second of the fastest reader; undefined while it is too early to judge one of them. */
  get bytesPerSecond(): number | undefined {
    const started = this.#slots.clock.now() - SENDING_MIN_MS;
    const bodies = [...this.#bodies];
    if (this.#holds > 0 || bodies.some(({ startedAt }) => startedAt > started)) return undefined;
    return Math.max(...bodies.map((body) => body.bytesPerSecond));
  }

  #settle(): void {
    if (!this.isIdle) return;
    // An idle answer can be evicted, which is as good as a free slot.
    if (!this.#isCached && this.#slots.release(this) && this.#options.reusable) {
      this.#slots.pool.giveBack(this.bytes.buffer, this.#sending);
    }
    this.#slots.wake();
  }
}

export class LargeAnswerSlots {
  readonly clock: Clock;
  readonly pool = new BufferPool();
  readonly #taken = new Set<LargeAnswer>();
  readonly #waiting = new Set<() => void>();

  readonly #log: Logger;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.clock = clock;
    this.#log = log;
  }

  /** Reports whether an answer can take a slot. Evicts a merely cached answer if necessary. */
  hasRoom(): boolean {
    if (this.#taken.size < SLOTS_MAX) return true;
    for (const answer of this.#taken) {
      if (!answer.isIdle) continue;
      answer.evict();
      return true;
    }
    return false;
  }

  take(bytes: Uint8Array<ArrayBuffer>, options: LargeAnswerOptions): LargeAnswer {
    const answer = new LargeAnswer(this, bytes, options);
    this.#taken.add(answer);
    return answer;
  }

  /** Frees the slot of the answer. Returns false if it is already free. */
  release(answer: LargeAnswer): boolean {
    return this.#taken.delete(answer);
  }

  /** Reports a response that was cut. Deno learns of it when the client reads again, if ever. */
  readonly gaveUp = (reason: string): void => {
    this.#log.warn("Cut a response", { reason });
  };

  /** Lets every waiting request look again. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /**
   * Waits until there may be room. `since` is when the request began to wait, in milliseconds since 1970.
   *
   * @throws {HttpError} 503 after ten seconds.
   */
  async wait(since: number): Promise<void> {
    const rest = since + WAIT_TIMEOUT_MS - this.clock.now();
    if (rest <= 0) throw busy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const cancel = this.clock.after(Math.min(rest, CHECK_INTERVAL_MS), () => {
      this.#cutSlowest();
      resolve();
    });
    await promise;
    cancel();
    this.#waiting.delete(resolve);
  }

  #cutSlowest(): void {
    if (this.#taken.size < SLOTS_MAX) return;
    let slowest: LargeAnswer | undefined;
    let lowest = Infinity;
    for (const answer of this.#taken) {
      const rate = answer.bytesPerSecond;
      if (rate !== undefined && rate < lowest) [slowest, lowest] = [answer, rate];
    }
    slowest?.cut();
  }
}

function busy(): HttpError {
  const headers = { "retry-after": "5" };
  const message = "Too many large answers are being sent; try again, or ask for less";
  return new HttpError(message, { status: 503, code: "busy", headers });
}
