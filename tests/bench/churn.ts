/** Calls `change` the given number of times a second, one call after the other, until it is stopped. */
export class Churn {
  readonly #stop = Promise.withResolvers<void>();
  readonly #end: Promise<number>;

  constructor(change: () => Promise<void>, perSecond: number) {
    this.#end = this.#run(change, 1000 / perSecond);
  }

  /** The number of changes per second that it reached. */
  async stop(): Promise<number> {
    this.#stop.resolve();
    return await this.#end;
  }

  async #run(change: () => Promise<void>, interval: number): Promise<number> {
    const start = performance.now();
    let stopped = false;
    this.#stop.promise.then(() => stopped = true);
    let changes = 0;
    while (!stopped) {
      await change();
      changes++;
      const pause = start + changes * interval - performance.now();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const due = new Promise<void>((resolve) => timer = setTimeout(resolve, Math.max(0, pause)));
      await Promise.race([due, this.#stop.promise]);
      clearTimeout(timer);
    }
    return changes / ((performance.now() - start) / 1000);
  }
}
