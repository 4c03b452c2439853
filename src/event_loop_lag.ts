/** Milliseconds between two looks, and looks in a minute. */
const INTERVAL = 100;
const LOOKS = 600;

/** Sees how late timers are, until `signal` aborts. Gives the worst of the last minute, in seconds. */
export function watchEventLoop(signal: AbortSignal): () => number {
  const late = new Float64Array(LOOKS);
  let look = 0;
  let due = performance.now() + INTERVAL;
  const timer = setInterval(() => {
    const now = performance.now();
    late[look++ % LOOKS] = Math.max(0, now - due);
    due = now + INTERVAL;
  }, INTERVAL);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return () => late.reduce((worst, one) => Math.max(worst, one), 0) / 1000;
}
