/**
 * Sets of labels, each stored once: the Pods of a Deployment share one. For every pair of key and value there
 * is a list of the sets that have it. Sets are reference-counted, like strings.
 *
 * A set ends with the marks of its resources (`ResourceKind.marks`): selectors find them, readers do not.
 */
import type { Pairs } from "../../model/pairs.ts";
import { Blocks, Draft } from "../../arrays/blocks.ts";
import { NONE, Slots, u32 } from "../../arrays/columns.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";

/** The words of a label in the block of its set: the pair, the set, and the neighbours in the list of the pair. */
const PAIR = 0;
const SET = 1;
const NEXT = 2;
const PREVIOUS = 3;
const WORDS = 4;

export class LabelSets {
  readonly #strings: Strings;
  readonly #blocks = new Blocks();
  readonly #draft = new Draft();

  readonly #pairKey = u32();
  readonly #pairValue = u32();
  /** The first label with the pair, as a position in the blocks. 0 for none. */
  readonly #pairHead = u32();
  readonly #pairCount = u32();
  readonly #pairs = new Slots([this.#pairKey, this.#pairValue, this.#pairHead, this.#pairCount]);
  readonly #pairIndex = new RowIndex((pair) => mix(this.#pairKey.data[pair]!, this.#pairValue.data[pair]!));

  readonly #block = u32();
  readonly #holders = u32();
  /** The number of pairs that are labels. The others are marks. */
  readonly #labelCount = u32();
  /** The first cohort with the set. `Cohorts` maintains it. */
  readonly cohorts = u32();
  readonly #sets = new Slots([this.#block, this.#holders, this.#labelCount, this.cohorts]);
  readonly #setIndex = new RowIndex((set) => this.#hashOf(set));

  constructor(strings: Strings) {
    this.#strings = strings;
  }

  /** One past the highest set. */
  get end(): number {
    return this.#sets.end;
  }

  /** Returns the number of a set, with one more holder. Two sets are the same if their pairs are, in order. */
  intern(labels: Pairs, marks: Pairs): number {
    const draft = this.#draft;
    draft.length = 0;
    let hash = 0;
    for (const pairs of [labels, marks]) {
      for (const [key, value] of pairs) {
        const pair = this.#internPair(key, value);
        hash = mix(hash, pair, 1);
        draft.push(pair);
        draft.push(0);
        draft.push(0);
        draft.push(0);
      }
    }
    let set = this.#findSet(hash);
    if (set !== NONE) {
      for (let at = 0; at < draft.length; at += WORDS) this.#dropPair(draft.words[at]!);
      this.#holders.data[set]!++;
      return set;
    }
    set = this.#sets.take();
    const block = this.#blocks.put(draft.words, draft.length);
    this.#block.data[set] = block;
    this.#holders.data[set] = 1;
    this.#labelCount.data[set] = labels.length;
    this.cohorts.data[set] = NONE;
    for (let at = block; at < block + draft.length; at += WORDS) this.#link(at, set);
    this.#setIndex.add(set);
    return set;
  }

  release(set: number): void {
    if (--this.#holders.data[set]! > 0) return;
    this.#setIndex.remove(set);
    const block = this.#block.data[set]!;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end; at += WORDS) {
      this.#unlink(at);
      this.#dropPair(this.#blocks.words[at + PAIR]!);
    }
    this.#blocks.give(block);
    this.#sets.give(set);
  }

  /** Returns the number of labels and marks. */
  size(set: number): number {
    return this.#blocks.length(this.#block.data[set]!) / WORDS;
  }

  /** Returns the number of labels, which come before the marks. */
  labelCount(set: number): number {
    return this.#labelCount.data[set]!;
  }

  /** Returns the `i`th key, as a string id. */
  key(set: number, i: number): number {
    return this.#pairKey.data[this.pair(set, i)]!;
  }

  /** Returns the `i`th value, as a string id. */
  value(set: number, i: number): number {
    return this.#pairValue.data[this.pair(set, i)]!;
  }

  pair(set: number, i: number): number {
    return this.#blocks.words[this.#block.data[set]! + i * WORDS + PAIR]!;
  }

  /** Returns the value of a key, as a string id, or NONE. */
  get(set: number, key: number): number {
    const block = this.#block.data[set]!;
    const words = this.#blocks.words;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end; at += WORDS) {
      const pair = words[at + PAIR]!;
      if (this.#pairKey.data[pair] === key) return this.#pairValue.data[pair]!;
    }
    return NONE;
  }

  /** Returns the pair of two string ids, or NONE if no set has it. */
  findPair(key: number, value: number): number {
    const index = this.#pairIndex;
    for (let slot = index.slot(mix(key, value));; slot = index.after(slot)) {
      const pair = index.at(slot);
      if (pair === NONE) return NONE;
      if (this.#pairKey.data[pair] === key && this.#pairValue.data[pair] === value) return pair;
    }
  }

  /** Returns the number of sets that have the pair. */
  setsWith(pair: number): number {
    return this.#pairCount.data[pair]!;
  }

  forEachSetWith(pair: number, visit: (set: number) => void): void {
    const words = this.#blocks.words;
    for (let at = this.#pairHead.data[pair]!; at !== 0; at = words[at + NEXT]!) visit(words[at + SET]!);
  }

  /** Visits the pairs with a key, and their values as string ids. */
  forEachPairOf(key: number, visit: (pair: number, value: number) => void): void {
    for (let pair = 0; pair < this.#pairs.end; pair++) {
      if (this.#pairCount.data[pair]! > 0 && this.#pairKey.data[pair] === key) {
        visit(pair, this.#pairValue.data[pair]!);
      }
    }
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return {
      pairs: this.#pairs,
      pairIndex: this.#pairIndex,
      pairKey: this.#pairKey.data,
      pairValue: this.#pairValue.data,
      pairHead: this.#pairHead.data,
      pairCount: this.#pairCount.data,
      sets: this.#sets,
      setIndex: this.#setIndex,
      holders: this.#holders.data,
      block: this.#block.data,
      blocks: this.#blocks,
    };
  }

  get bytes(): number {
    return this.#blocks.bytes + this.#pairs.bytes + this.#pairIndex.bytes + this.#sets.bytes +
      this.#setIndex.bytes;
  }

  #hashOf(set: number): number {
    let hash = 0;
    for (let i = 0; i < this.size(set); i++) hash = mix(hash, this.pair(set, i), 1);
    return hash;
  }

  #findSet(hash: number): number {
    const { words, length } = this.#draft;
    for (let slot = this.#setIndex.slot(hash);; slot = this.#setIndex.after(slot)) {
      const set = this.#setIndex.at(slot);
      if (set === NONE) return NONE;
      const block = this.#block.data[set]!;
      if (this.#blocks.length(block) !== length) continue;
      let at = 0;
      while (at < length && this.#blocks.words[block + at] === words[at]) at += WORDS;
      if (at === length) return set;
    }
  }

  #internPair(key: string, value: string): number {
    const keyId = this.#strings.intern(key);
    const valueId = this.#strings.intern(value);
    const known = this.findPair(keyId, valueId);
    if (known !== NONE) {
      this.#strings.release(keyId);
      this.#strings.release(valueId);
      return known;
    }
    const pair = this.#pairs.take();
    this.#pairKey.data[pair] = keyId;
    this.#pairValue.data[pair] = valueId;
    this.#pairHead.data[pair] = 0;
    this.#pairCount.data[pair] = 0;
    this.#pairIndex.add(pair);
    return pair;
  }

  /** Frees a pair that no set has any longer. */
  #dropPair(pair: number): void {
    if (this.#pairCount.data[pair]! > 0) return;
    this.#pairIndex.remove(pair);
    this.#strings.release(this.#pairKey.data[pair]!);
    this.#strings.release(this.#pairValue.data[pair]!);
    this.#pairs.give(pair);
  }

  #link(at: number, set: number): void {
    const words = this.#blocks.words;
    const pair = words[at + PAIR]!;
    const next = this.#pairHead.data[pair]!;
    words[at + SET] = set;
    words[at + NEXT] = next;
    words[at + PREVIOUS] = 0;
    if (next !== 0) words[next + PREVIOUS] = at;
    this.#pairHead.data[pair] = at;
    this.#pairCount.data[pair]!++;
  }

  #unlink(at: number): void {
    const words = this.#blocks.words;
    const pair = words[at + PAIR]!;
    const next = words[at + NEXT]!;
    const previous = words[at + PREVIOUS]!;
    if (next !== 0) words[next + PREVIOUS] = previous;
    if (previous !== 0) words[previous + NEXT] = next;
    else this.#pairHead.data[pair] = next;
    this.#pairCount.data[pair]!--;
  }
}
