const SETTLE_MILLISECONDS = 3_000;

/** Waits for the garbage collection after a burst. No event tells when it has finished. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
}
