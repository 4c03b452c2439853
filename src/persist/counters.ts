/** The counters of persistence. Times are in milliseconds since 1970, durations in milliseconds. */
export class Counters {
  /** Keys, by the result of their write. */
  readonly writes = { written: 0, refused: 0, failed: 0 };
  connections = 0;
  /** Completed snapshots. */
  snapshots = 0;
  lastSnapshot: number | undefined;
  lastFlush: number | undefined;
  restoreDuration: number | undefined;
  restoredNodes = 0;
  /** Keys that were still missing in the database after the last comparison. */
  missingKeys = 0;
  redisMemory: number | undefined;
  redisKeys: number | undefined;
}

/** Receives each measured value. */
export interface Observers {
  /** Keys of a batch. */
  readonly batch: (keys: number) => void;
  readonly flush: (seconds: number) => void;
  readonly snapshot: (seconds: number) => void;
}

export const NO_OBSERVERS: Observers = { batch() {}, flush() {}, snapshot() {} };
