/**
 * Causes one fault after another, each for a while and followed by a pause, until it is stopped. A seed
 * always gives the same faults in the same order.
 */
import { sleep, systemClock } from "../../src/model/clock.ts";
import { random } from "../support/random.ts";

export interface Fault {
  readonly name: string;
  /** Begins the fault. Returns the function that ends it, if it does not end by itself. */
  begin(): Promise<(() => unknown) | void> | (() => unknown) | void;
}

export interface TroubleOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
}

const LASTS_SECONDS = [1, 15] as const;
const PAUSES_SECONDS = [3, 20] as const;

/** Settles after the end of the last fault, with the number of times that each fault occurred. */
export async function makeTrouble(
  faults: readonly Fault[],
  { seed, signal }: TroubleOptions,
): Promise<Map<string, number>> {
  const next = random(seed);
  const between = ([from, to]: readonly [number, number]) => (from + next() * (to - from)) * 1_000;
  const came = new Map<string, number>();
  while (!signal.aborted) {
    await sleep(between(PAUSES_SECONDS), { clock: systemClock, signal });
    const fault = faults[Math.floor(next() * faults.length)];
    const lasts = between(LASTS_SECONDS);
    if (signal.aborted || fault === undefined) break;
    came.set(fault.name, (came.get(fault.name) ?? 0) + 1);
    const end = await fault.begin();
    if (end === undefined) continue;
    await sleep(lasts, { clock: systemClock, signal });
    await end();
  }
  return came;
}
