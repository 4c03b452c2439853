import type { Clock } from "../model/clock.ts";

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  after(delay, task) {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
};

/** Waits, or less long when `signal` aborts. Never rejects. */
export function sleep(
  delay: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    cancel();
    signal.removeEventListener("abort", end);
    resolve();
  };
  const cancel = clock.after(delay, end);
  signal.addEventListener("abort", end);
  return promise;
}
