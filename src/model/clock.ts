/** Time and chance, so that tests need not wait for minutes to pass. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Runs `task` once in `delay` milliseconds, unless the function it returns is called before. */
  after(delay: number, task: () => void): () => void;
}
