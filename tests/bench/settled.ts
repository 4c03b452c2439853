const SETTLE_MILLISECONDS = 3_000;

/** Lets garbage collection after a burst have its time, which no event tells. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
}
