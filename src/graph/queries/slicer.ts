/** The longest duration of a slice before other work runs, in milliseconds. */
const SLICE_MS = 8;
/** The time is read once in this number of questions, because reading it costs as much as a small step. */
const QUESTIONS = 8;

/**
 * Cuts long work into slices, between which other tasks run. Rows, string ids and row sets must not be used
 * after a pause without another check.
 */
export class Slicer {
  readonly #now: () => number;
  #end: number;
  #questions = 0;

  /** @param now returns milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#end = now() + SLICE_MS;
  }

  /** Reports whether it is time for a pause. */
  get isOver(): boolean {
    if (++this.#questions % QUESTIONS !== 0) return false;
    return this.#now() >= this.#end;
  }

  /** Pauses if it is time. For large steps, before each of which the time is read. */
  async pauseIfOver(): Promise<void> {
    if (this.#now() >= this.#end) await this.pause();
  }

  /** Lets other tasks run, then begins the next slice. */
  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#end = this.#now() + SLICE_MS;
  }
}
