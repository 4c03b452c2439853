/**
 * Keys that references by uid give their targets: a scope and a name, each pair once. The entry of an
 * `ownerReferences` list, for one, has a uid, which finds the owner, and a kind and a name, which need not
 * be the owner's. Mentions are counted, like strings.
 */
import { NONE, Slots, u32 } from "../../arrays/columns.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";
import type { Cohorts } from "./cohorts.ts";

export class Mentions {
  readonly #strings: Strings;
  readonly #cohorts: Cohorts;
  readonly #scope = u32();
  readonly #name = u32();
  readonly #holders = u32();
  readonly #slots = new Slots([this.#scope, this.#name, this.#holders]);
  readonly #index = new RowIndex((mention) => mix(this.#scope.data[mention]!, this.#name.data[mention]!));

  constructor(strings: Strings, cohorts: Cohorts) {
    this.#strings = strings;
    this.#cohorts = cohorts;
  }

  /** Returns the mention of a key, with one more holder. `namespace` and `name` are string ids. */
  intern(kind: number, namespace: number, name: number): number {
    const scope = this.#cohorts.holdScope(kind, namespace);
    let mention = this.find(scope, name);
    if (mention === NONE) {
      mention = this.#slots.take();
      this.#scope.data[mention] = scope;
      this.#name.data[mention] = this.#strings.retain(name);
      this.#holders.data[mention] = 0;
      this.#index.add(mention);
    } else this.#cohorts.releaseScope(scope);
    this.#holders.data[mention]!++;
    return mention;
  }

  release(mention: number): void {
    if (--this.#holders.data[mention]! > 0) return;
    this.#index.remove(mention);
    this.#strings.release(this.#name.data[mention]!);
    this.#cohorts.releaseScope(this.#scope.data[mention]!);
    this.#slots.give(mention);
  }

  /** Returns the mention of a key, or NONE. */
  find(scope: number, name: number): number {
    const index = this.#index;
    for (let slot = index.slot(mix(scope, name));; slot = index.after(slot)) {
      const mention = index.at(slot);
      if (mention === NONE) return NONE;
      if (this.#scope.data[mention] === scope && this.#name.data[mention] === name) return mention;
    }
  }

  scope(mention: number): number {
    return this.#scope.data[mention]!;
  }

  /** String id. */
  name(mention: number): number {
    return this.#name.data[mention]!;
  }

  get used(): number {
    return this.#slots.used;
  }

  get bytes(): number {
    return this.#slots.bytes + this.#index.bytes;
  }
}
