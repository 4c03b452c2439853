import { type Fragment, fragment } from "./byte_writer.ts";

/**
 * Constant pieces of JSON about the entries of a growing list, whose entries may be replaced. A piece is made
 * when it is first needed.
 */
export class FragmentTable<T extends object> {
  readonly #entries: readonly T[];
  readonly #textOf: (entry: T) => string;
  readonly #known: T[] = [];
  readonly #fragments: Fragment[] = [];

  constructor(entries: readonly T[], textOf: (entry: T) => string) {
    this.#entries = entries;
    this.#textOf = textOf;
  }

  at(index: number): Fragment {
    const entry = this.#entries[index]!;
    if (this.#known[index] !== entry) {
      this.#known[index] = entry;
      this.#fragments[index] = fragment(this.#textOf(entry));
    }
    return this.#fragments[index]!;
  }
}
