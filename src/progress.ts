/**
 * The first sync, as a person can follow it: on a terminal a table of kinds and counts, redrawn in place;
 * in a log one line a kind, once it is listed, with its count and time.
 */
import type { Logger } from "./log.ts";
import type { KindState } from "./model/kind_status.ts";

export interface KindProgress {
  readonly kind: string;
  readonly state: KindState;
  readonly count: number;
}

export interface ProgressOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Settles when every kind was listed, or cannot be, or when `signal` aborts. */
export async function showProgress(
  read: () => readonly KindProgress[],
  { log, signal, interval = 100, now = () => performance.now() }: ProgressOptions,
): Promise<void> {
  const start = now();
  const reported = new Set<string>();

  while (!signal.aborted) {
    const kinds = read();
    const seconds = Math.round((now() - start) / 100) / 10;
    if (log.status) log.status(table(kinds, seconds));
    else {
      for (const { kind, state, count } of kinds) {
        if (isUnderWay(state) || reported.has(kind)) continue;
        reported.add(kind);
        log.info(state === "synced" ? `Listed ${kind}` : `${kind} is ${state}`, { count, seconds });
      }
    }
    if (!kinds.some(({ state }) => isUnderWay(state))) break;
    await pause(interval, signal);
  }
  log.status?.();
}

/** A stale kind was restored, and is listed as one that was not. */
function isUnderWay(state: KindState): boolean {
  return state === "listing" || state === "stale";
}

const CELL = 38;
const MARKS: Record<KindState, string> = {
  listing: " ",
  synced: "✓",
  stale: "~",
  forbidden: "✗",
  absent: "–",
  "too-many": "✗",
};

/** Two kinds a row, at most 78 columns. */
function table(kinds: readonly KindProgress[], seconds: number): string[] {
  const listed = kinds.filter(({ state }) => !isUnderWay(state)).length;
  const objects = kinds.reduce((sum, { count }) => sum + count, 0);
  const cells = kinds.map(({ kind, state, count }) => {
    const left = `${MARKS[state]} ${kind}`;
    const right = state === "forbidden" || state === "absent" ? state : count.toLocaleString("en");
    return left + right.padStart(CELL - left.length);
  });
  const half = Math.ceil(cells.length / 2);
  return [
    `${listed} of ${kinds.length} kinds listed, ${objects.toLocaleString("en")} objects, ${
      seconds.toFixed(1)
    } s`,
    ...cells.slice(0, half).map((left, i) => `${left}  ${cells[half + i] ?? ""}`.trimEnd()),
  ];
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
