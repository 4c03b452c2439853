/** Lets a limited number of tasks run at once, and a limited number wait. */
export class Turnstile {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ runningMax, waitingMax }: { runningMax: number; waitingMax: number }) {
    this.#runningMax = runningMax;
    this.#waitingMax = waitingMax;
  }

  /** Runs a task when it is its turn. Returns undefined at once if too many wait. */
  pass<T>(task: () => Promise<T>): Promise<T> | undefined {
    if (this.#running < this.#runningMax) {
      this.#running++;
      return this.#run(task);
    }
    if (this.#waiting.length >= this.#waitingMax) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise.then(() => this.#run(task));
  }

  async #run<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
