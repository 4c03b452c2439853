/** Sum and number of what was measured. */
export class Measure {
  count = 0;
  sum = 0;
  last = 0;
  /** Is told each value. */
  onAdd: (value: number) => void = () => {};

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.last = value;
    this.onAdd(value);
  }
}

/** What persistence counts, for whoever exposes it. Times are in milliseconds. */
export class PersistenceNumbers {
  /** Keys, by what became of their write. */
  readonly writes = { written: 0, refused: 0, failed: 0 };
  /** Keys of a batch. */
  readonly batches = new Measure();
  readonly flushes = new Measure();
  readonly snapshots = new Measure();
  readonly restores = new Measure();
  restoredNodes = 0;
  connections = 0;
  /** Since 1970; 0: never. */
  lastSnapshot = 0;
  redisMemory = 0;
  redisKeys = 0;
}
