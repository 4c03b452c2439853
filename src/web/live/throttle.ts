/**
 * Runs a task after a change, never twice at once. After each run it waits as long as the run has taken, so
 * that a slow server or a large screen is asked less often, and at least for a pause.
 */
export class Throttle {
  readonly #task: () => Promise<void>;
  readonly #pauseMs: number;
  #isRunning = false;
  #isDue = false;

  constructor(task: () => Promise<void>, { pauseMs }: { readonly pauseMs: number }) {
    this.#task = task;
    this.#pauseMs = pauseMs;
  }

  /** Runs the task now, or once more after the run that is under way. */
  trigger(): void {
    this.#isDue = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isDue) {
      this.#isDue = false;
      const start = performance.now();
      await this.#task();
      const elapsed = performance.now() - start;
      await new Promise((resolve) => setTimeout(resolve, Math.max(this.#pauseMs, elapsed)));
    }
    this.#isRunning = false;
  }
}
