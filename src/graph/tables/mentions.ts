/**
 * How references by uid call their targets, if that is not the key of the present resource with the
 * uid: the target is absent, or its key is another one. A mention belongs to one reference.
 */
import { NONE, Slots, u32 } from "../../arrays/columns.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";
import type { Cohorts } from "./cohorts.ts";

export class Mentions {
  readonly #strings: Strings;
  readonly #cohorts: Cohorts;
  readonly #reference = u32();
  readonly #scope = u32();
  readonly #name = u32();
  readonly #slots = new Slots([this.#reference, this.#scope, this.#name]);
  readonly #index = new RowIndex((mention) => mix(this.#reference.data[mention]!, 0));

  constructor(strings: Strings, cohorts: Cohorts) {
    this.#strings = strings;
    this.#cohorts = cohorts;
  }

  /** Notes how a reference without a mention calls its target. */
  add(reference: number, { scope, name }: { scope: number; name: number }): void {
    const mention = this.#slots.take();
    this.#reference.data[mention] = reference;
    this.#scope.data[mention] = this.#cohorts.retainScope(scope);
    this.#name.data[mention] = this.#strings.retain(name);
    this.#index.add(mention);
  }

  /** Forgets the mention of a reference that has one. */
  remove(reference: number): void {
    const mention = this.#find(reference);
    this.#index.remove(mention);
    this.#strings.release(this.#name.data[mention]!);
    this.#cohorts.releaseScope(this.#scope.data[mention]!);
    this.#slots.give(mention);
  }

  /** Reports whether a reference with a mention calls its target so. */
  equals(reference: number, { scope, name }: { scope: number; name: number }): boolean {
    const mention = this.#find(reference);
    return this.#scope.data[mention] === scope && this.#name.data[mention] === name;
  }

  /** Returns the scope that a reference with a mention names. */
  scope(reference: number): number {
    return this.#scope.data[this.#find(reference)]!;
  }

  /** Returns the name that a reference with a mention gives its target, as a string id. */
  name(reference: number): number {
    return this.#name.data[this.#find(reference)]!;
  }

  /** Visits the references with a mention. */
  forEachReference(visit: (reference: number) => void): void {
    for (let mention = 0; mention < this.#slots.end; mention++) {
      const reference = this.#reference.data[mention]!;
      if (this.#findIfAny(reference) === mention) visit(reference);
    }
  }

  get used(): number {
    return this.#slots.used;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return {
      slots: this.#slots,
      index: this.#index,
      reference: this.#reference.data,
      scope: this.#scope.data,
      name: this.#name.data,
    };
  }

  get bytes(): number {
    return this.#slots.bytes + this.#index.bytes;
  }

  #find(reference: number): number {
    const mention = this.#findIfAny(reference);
    if (mention === NONE) throw new RangeError(`Reference ${reference} has no mention`);
    return mention;
  }

  #findIfAny(reference: number): number {
    const index = this.#index;
    for (let slot = index.slot(mix(reference, 0));; slot = index.after(slot)) {
      const mention = index.at(slot);
      if (mention === NONE || this.#reference.data[mention] === reference) return mention;
    }
  }
}
