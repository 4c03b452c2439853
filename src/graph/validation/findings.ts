/** The inconsistencies that a validation found. */
export class Findings {
  readonly differences: string[] = [];

  report(difference: string): void {
    this.differences.push(difference);
  }

  /** Reports two values that differ. */
  compare(what: string, found: unknown, expected: unknown): void {
    if (found !== expected) this.report(`${what} is ${found} instead of ${expected}`);
  }

  /** Reports members that only one of two lists has. The lists need not be in order. */
  compareLists(what: string, found: readonly number[], expected: readonly number[]): void {
    const [inFound, inExpected] = [new Set(found), new Set(expected)];
    if (inFound.size !== found.length) this.report(`${what} has a member twice`);
    for (const it of inFound) {
      if (!inExpected.has(it)) this.report(`${what} has ${it}, which does not belong`);
    }
    for (const it of inExpected) if (!inFound.has(it)) this.report(`${what} lacks ${it}`);
  }
}

/** Counts the holders of entries, by the number of the entry. */
export class Holds {
  readonly #counts = new Map<number, number>();

  add(id: number, count = 1): void {
    this.#counts.set(id, this.get(id) + count);
  }

  get(id: number): number {
    return this.#counts.get(id) ?? 0;
  }
}
