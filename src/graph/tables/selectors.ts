/**
 * Selectors, and the cohorts that each of them selects. A selector waits in a bucket of its scope: under the
 * one of its pairs of key and value that fewest selectors wait under, or with all that ask for no pair. A new
 * cohort thus looks only at selectors that may select it. A new selector looks at the cohorts of its scope or
 * at the sets with its rarest pair, whichever are fewer.
 */
import type { LabelSelector, Operator, Requirement } from "../../model/label_selector.ts";
import { Blocks, Draft } from "../../arrays/blocks.ts";
import type { Cohorts } from "./cohorts.ts";
import { NONE, Slots, u32, u8 } from "../../arrays/columns.ts";
import type { LabelSets } from "./label_sets.ts";
import { Lists } from "../../arrays/lists.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";

const OPERATORS: readonly Operator[] = ["In", "NotIn", "Exists", "DoesNotExist"];
const IN = OPERATORS.indexOf("In");
const NOT_IN = OPERATORS.indexOf("NotIn");
const EXISTS = OPERATORS.indexOf("Exists");

/** Hears that a selector starts to select a cohort, and that it has ceased to. */
export interface SelectionListener {
  selected(selector: number, cohort: number): void;
  deselected(selector: number, cohort: number): void;
}

export interface NewSelector {
  readonly source: number;
  readonly type: number;
  readonly scope: number;
}

export class Selectors {
  readonly #strings: Strings;
  readonly #labels: LabelSets;
  readonly #cohorts: Cohorts;
  readonly #listener: SelectionListener;
  readonly #blocks = new Blocks();
  readonly #draft = new Draft();

  readonly #scope = u32();
  /** The row that declares the selector, NONE of a free one, and the type of relation it makes. */
  readonly source = u32();
  readonly type = u8();
  /** Since when the selector selects nothing, in seconds since 1970. The graph maintains it. */
  readonly emptySince = u32();
  /** The number of selected resources that have not finished. The graph maintains it. */
  readonly unfinished = u32();
  readonly #block = u32();
  readonly #bucket = u32();
  readonly #inBucket = new Lists();
  readonly #linksOf = new Lists();
  readonly #selectors = new Slots([
    this.#scope,
    this.source,
    this.type,
    this.emptySince,
    this.unfinished,
    this.#block,
    this.#bucket,
    this.#inBucket.next,
    this.#inBucket.previous,
    this.#linksOf.head,
  ]);

  readonly #bucketScope = u32();
  /** String ids. Both are NONE for the bucket of selectors that ask for no pair. */
  readonly #bucketKey = u32();
  readonly #bucketValue = u32();
  readonly #bucketSize = u32();
  readonly #buckets = new Slots([
    this.#bucketScope,
    this.#bucketKey,
    this.#bucketValue,
    this.#bucketSize,
    this.#inBucket.head,
  ]);
  readonly #bucketIndex = new RowIndex((bucket) =>
    mix(this.#bucketScope.data[bucket]!, this.#bucketKey.data[bucket]!, this.#bucketValue.data[bucket]!)
  );

  readonly #linkSelector = u32();
  readonly #linkCohort = u32();
  readonly #linksTo: Lists;
  readonly #links: Slots;

  constructor(strings: Strings, labels: LabelSets, cohorts: Cohorts, listener: SelectionListener) {
    this.#strings = strings;
    this.#labels = labels;
    this.#cohorts = cohorts;
    this.#listener = listener;
    this.#linksTo = new Lists(cohorts.links);
    this.#links = new Slots([
      this.#linkSelector,
      this.#linkCohort,
      this.#linksOf.next,
      this.#linksOf.previous,
      this.#linksTo.next,
      this.#linksTo.previous,
    ]);
  }

  /**
   * Adds a selector over a scope, takes over the hold on it, and notifies the listener of the selected
   * resources.
   */
  add({ source, type, scope }: NewSelector, requirements: LabelSelector): number {
    const selector = this.#selectors.take();
    this.source.data[selector] = source;
    this.type.data[selector] = type;
    this.unfinished.data[selector] = 0;
    this.#scope.data[selector] = scope;
    this.#encode(requirements);
    this.#block.data[selector] = this.#blocks.put(this.#draft.words, this.#draft.length);
    this.#linksOf.open(selector);
    this.#enterBucket(selector);
    this.#selectFirst(selector);
    return selector;
  }

  /** Reports whether the selector has these requirements over this scope. */
  equals(selector: number, scope: number, requirements: LabelSelector): boolean {
    if (this.#scope.data[selector] !== scope) return false;
    this.#encode(requirements);
    const same = this.#blocks.equals(this.#block.data[selector]!, this.#draft.words, this.#draft.length);
    this.#releaseStrings(this.#draft.words, 0, this.#draft.length);
    return same;
  }

  remove(selector: number): void {
    for (;;) {
      const link = this.#linksOf.first(selector);
      if (link === NONE) break;
      this.#unlink(link);
    }
    this.#leaveBucket(selector);
    const block = this.#block.data[selector]!;
    this.#releaseStrings(this.#blocks.words, block, this.#blocks.length(block));
    this.#blocks.give(block);
    this.#cohorts.releaseScope(this.#scope.data[selector]!);
    this.source.data[selector] = NONE;
    this.#selectors.give(selector);
  }

  /** Visits all selectors. */
  forEach(visit: (selector: number) => void): void {
    for (let selector = 0; selector < this.#selectors.end; selector++) {
      if (this.source.data[selector] !== NONE) visit(selector);
    }
  }

  /** Links a new cohort to the selectors that select it, before its first row joins. */
  cohortAdded(cohort: number): void {
    const scope = this.#cohorts.scope(cohort);
    const set = this.#cohorts.labelSet(cohort);
    this.#linkBucket(this.#findBucket(scope, NONE, NONE), cohort);
    for (let i = 0; i < this.#labels.size(set); i++) {
      this.#linkBucket(this.#findBucket(scope, this.#labels.key(set, i), this.#labels.value(set, i)), cohort);
    }
  }

  /** Unlinks a cohort that its last row has left. */
  cohortDropped(cohort: number): void {
    for (;;) {
      const link = this.#linksTo.first(cohort);
      if (link === NONE) break;
      this.#unlink(link);
    }
  }

  forEachSelectorOf(cohort: number, visit: (selector: number) => void): void {
    for (let link = this.#linksTo.first(cohort); link !== NONE; link = this.#linksTo.after(link)) {
      visit(this.#linkSelector.data[link]!);
    }
  }

  forEachCohortOf(selector: number, visit: (cohort: number) => void): void {
    for (let link = this.#linksOf.first(selector); link !== NONE; link = this.#linksOf.after(link)) {
      visit(this.#linkCohort.data[link]!);
    }
  }

  scope(selector: number): number {
    return this.#scope.data[selector]!;
  }

  requirements(selector: number): LabelSelector {
    const words = this.#blocks.words;
    const block = this.#block.data[selector]!;
    const end = block + this.#blocks.length(block);
    const requirements: Requirement[] = [];
    for (let at = block; at < end; at += 3 + words[at + 2]!) {
      requirements.push({
        key: this.#strings.text(words[at + 1]!),
        operator: OPERATORS[words[at]!]!,
        values: Array.from({ length: words[at + 2]! }, (_, i) => this.#strings.text(words[at + 3 + i]!)),
      });
    }
    return requirements;
  }

  selectsNothing(selector: number): boolean {
    return this.#linksOf.isEmpty(selector);
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return {
      selectors: this.#selectors,
      block: this.#block.data,
      blocks: this.#blocks,
      bucket: this.#bucket.data,
      linksOf: this.#linksOf,
      buckets: this.#buckets,
      bucketIndex: this.#bucketIndex,
      bucketScope: this.#bucketScope.data,
      bucketKey: this.#bucketKey.data,
      bucketValue: this.#bucketValue.data,
      bucketSize: this.#bucketSize.data,
      inBucket: this.#inBucket,
      links: this.#links,
      linkSelector: this.#linkSelector.data,
      linkCohort: this.#linkCohort.data,
      linksTo: this.#linksTo,
    };
  }

  get bytes(): number {
    return this.#blocks.bytes + this.#selectors.bytes + this.#buckets.bytes + this.#bucketIndex.bytes +
      this.#links.bytes;
  }

  /** Fills the draft: operator, key, number of values, values. Holds each string once more. */
  #encode(requirements: LabelSelector): void {
    const draft = this.#draft;
    draft.length = 0;
    for (const { key, operator, values } of requirements) {
      draft.push(OPERATORS.indexOf(operator));
      draft.push(this.#strings.intern(key));
      draft.push(values.length);
      for (const value of values) draft.push(this.#strings.intern(value));
    }
  }

  #releaseStrings(words: Uint32Array, start: number, length: number): void {
    for (let at = start; at < start + length;) {
      this.#strings.release(words[at + 1]!);
      const values = words[at + 2]!;
      for (let i = 0; i < values; i++) this.#strings.release(words[at + 3 + i]!);
      at += 3 + values;
    }
  }

  #matches(selector: number, set: number): boolean {
    const words = this.#blocks.words;
    const block = this.#block.data[selector]!;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end;) {
      const operator = words[at]!;
      const value = this.#labels.get(set, words[at + 1]!);
      const values = words[at + 2]!;
      let listed = false;
      for (let i = 0; i < values; i++) if (words[at + 3 + i] === value) listed = true;
      const holds = operator === IN
        ? listed
        : operator === NOT_IN
        ? !listed
        : (value !== NONE) === (operator === EXISTS);
      if (!holds) return false;
      at += 3 + values;
    }
    return true;
  }

  /** Visits the pairs that a set must have to be selected, as string ids. */
  #forEachPair(selector: number, visit: (key: number, value: number) => void): void {
    const words = this.#blocks.words;
    const block = this.#block.data[selector]!;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end; at += 3 + words[at + 2]!) {
      if (words[at] === IN && words[at + 2] === 1) visit(words[at + 1]!, words[at + 3]!);
    }
  }

  #enterBucket(selector: number): void {
    const scope = this.#scope.data[selector]!;
    let key = NONE;
    let value = NONE;
    let fewest = Infinity;
    this.#forEachPair(selector, (pairKey, pairValue) => {
      const bucket = this.#findBucket(scope, pairKey, pairValue);
      const size = bucket === NONE ? 0 : this.#bucketSize.data[bucket]!;
      if (size < fewest) {
        fewest = size;
        key = pairKey;
        value = pairValue;
      }
    });
    let bucket = this.#findBucket(scope, key, value);
    if (bucket === NONE) {
      bucket = this.#buckets.take();
      this.#bucketScope.data[bucket] = scope;
      this.#bucketKey.data[bucket] = key;
      this.#bucketValue.data[bucket] = value;
      this.#bucketSize.data[bucket] = 0;
      this.#inBucket.open(bucket);
      this.#bucketIndex.add(bucket);
    }
    this.#bucketSize.data[bucket]!++;
    this.#bucket.data[selector] = bucket;
    this.#inBucket.add(bucket, selector);
  }

  #leaveBucket(selector: number): void {
    const bucket = this.#bucket.data[selector]!;
    this.#inBucket.remove(bucket, selector);
    if (--this.#bucketSize.data[bucket]! > 0) return;
    this.#bucketIndex.remove(bucket);
    this.#buckets.give(bucket);
  }

  #findBucket(scope: number, key: number, value: number): number {
    const index = this.#bucketIndex;
    for (let slot = index.slot(mix(scope, key, value));; slot = index.after(slot)) {
      const bucket = index.at(slot);
      if (bucket === NONE) return NONE;
      if (
        this.#bucketScope.data[bucket] === scope && this.#bucketKey.data[bucket] === key &&
        this.#bucketValue.data[bucket] === value
      ) return bucket;
    }
  }

  #selectFirst(selector: number): void {
    const scope = this.#scope.data[selector]!;
    let rarest = NONE;
    let fewest = this.#cohorts.cohortCount(scope);
    this.#forEachPair(selector, (key, value) => {
      const pair = this.#labels.findPair(key, value);
      const sets = pair === NONE ? 0 : this.#labels.setsWith(pair);
      if (sets < fewest) {
        fewest = sets;
        rarest = pair;
      }
    });
    if (fewest === 0) return;
    const link = (cohort: number) => {
      if (this.#matches(selector, this.#cohorts.labelSet(cohort))) this.#link(selector, cohort);
    };
    if (rarest === NONE) this.#cohorts.forEachOfScope(scope, link);
    else {
      this.#labels.forEachSetWith(rarest, (set) => {
        if (!this.#matches(selector, set)) return;
        this.#cohorts.forEachOfLabelSet(set, (cohort) => {
          if (this.#cohorts.scope(cohort) === scope) this.#link(selector, cohort);
        });
      });
    }
  }

  #linkBucket(bucket: number, cohort: number): void {
    if (bucket === NONE) return;
    const set = this.#cohorts.labelSet(cohort);
    for (
      let selector = this.#inBucket.first(bucket);
      selector !== NONE;
      selector = this.#inBucket.after(selector)
    ) {
      if (this.#matches(selector, set)) this.#link(selector, cohort);
    }
  }

  #link(selector: number, cohort: number): void {
    const link = this.#links.take();
    this.#linkSelector.data[link] = selector;
    this.#linkCohort.data[link] = cohort;
    this.#linksOf.add(selector, link);
    this.#linksTo.add(cohort, link);
    this.#listener.selected(selector, cohort);
  }

  #unlink(link: number): void {
    const selector = this.#linkSelector.data[link]!;
    const cohort = this.#linkCohort.data[link]!;
    this.#linksOf.remove(selector, link);
    this.#linksTo.remove(cohort, link);
    this.#links.give(link);
    this.#listener.deselected(selector, cohort);
  }
}
