/** Keeps the sets of suspects: puts each row into those that its state asks for, during the write. */
import { relationNumber } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { STATUSES } from "../model/status.ts";
import { NONE } from "../arrays/columns.ts";
import { OPTIONAL, REQUIRED, REVERSED, SELECTOR, UNTRACKED } from "./tables/references.ts";
import { FINISHED, ON_HOLD, THERE } from "./tables/rows.ts";
import { REASONS } from "./tables/suspect_sets.ts";
import type { Tables } from "./tables/tables.ts";

const ERROR = STATUSES.indexOf("Error");
const PENDING = STATUSES.indexOf("Pending");

export class Suspects {
  readonly #tables: Tables;
  readonly #kinds: readonly ResourceKind[];

  /** @param kinds by number. */
  constructor(tables: Tables, kinds: readonly ResourceKind[]) {
    this.#tables = tables;
    this.#kinds = kinds;
  }

  /** Looks at all of a present row that was written. */
  written(row: number): void {
    const { rows, suspects } = this.#tables;
    const status = rows.status.data[row]!;
    suspects.failed.set(row, status === ERROR);
    suspects.waiting.set(row, status === PENDING && !rows.has(row, ON_HOLD));
    this.declared(row);
    const wanted = this.#unusedWithout(row);
    suspects.unused.set(row, wanted !== undefined && !this.#isTarget(row, wanted));
  }

  /** Forgets a row that is no longer present. */
  gone(row: number): void {
    for (const reason of REASONS) this.#tables.suspects[reason].set(row, false);
  }

  /** Looks at the references that a row declares. */
  declared(row: number): void {
    this.#tables.suspects.unmet.set(row, this.#declares(row, (reference) => this.#isUnmet(reference)));
    this.#selects(row);
  }

  /** The target of a reference has come. */
  met(reference: number): void {
    const { references, suspects } = this.#tables;
    const source = references.source.data[reference]!;
    if (suspects.unmet.has(source)) {
      suspects.unmet.set(source, this.#declares(source, (it) => this.#isUnmet(it)));
    }
  }

  /** The target of a reference is about to go. */
  unmet(reference: number): void {
    const { references, suspects } = this.#tables;
    if (references.has(reference, OPTIONAL) || references.isNoted(reference, UNTRACKED)) return;
    suspects.unmet.set(references.source.data[reference]!, true);
  }

  /** A selector starts or ceases to select a row. */
  selected(selector: number, row: number, count: 1 | -1): void {
    if (!this.#tables.rows.has(row, FINISHED)) this.#countUnfinished(selector, count);
  }

  /** A row has finished, or is no longer finished. */
  finished(row: number, isFinished: boolean): void {
    const { rows, selectors } = this.#tables;
    const count = isFinished ? -1 : 1;
    selectors.forEachSelectorOf(
      rows.cohort.data[row]!,
      (selector) => this.#countUnfinished(selector, count),
    );
  }

  /** A relation of a type to a target is new. */
  related(type: number, target: number): void {
    const { suspects } = this.#tables;
    if (suspects.unused.has(target) && this.#unusedWithout(target) === type) {
      suspects.unused.set(target, false);
    }
  }

  /** A relation of a type to a target has gone. Returns whether the target may now be unused. */
  unrelated(type: number, target: number): boolean {
    if (this.#unusedWithout(target) !== type) return false;
    this.#tables.suspects.unused.set(target, !this.#isTarget(target, type));
    return true;
  }

  #countUnfinished(selector: number, count: 1 | -1): void {
    const { selectors } = this.#tables;
    const before = selectors.unfinished.data[selector]!;
    selectors.unfinished.data[selector] = before + count;
    if (before === 0 || before + count === 0) this.#selects(selectors.source.data[selector]!);
  }

  /** Looks at the selectors that a row declares. */
  #selects(row: number): void {
    const { references, selectors, suspects } = this.#tables;
    const isSelectless = this.#declares(
      row,
      (at) =>
        references.has(at, SELECTOR) && references.has(at, REQUIRED) &&
        selectors.unfinished.data[references.target.data[at]!] === 0,
    );
    suspects.selectless.set(row, isSelectless);
  }

  /** Reports whether one of the references and selectors of a row passes a test. */
  #declares(row: number, test: (reference: number) => boolean): boolean {
    const { references } = this.#tables;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) if (test(at)) return true;
    return false;
  }

  /** Reports whether a reference that is not optional lacks its target. */
  #isUnmet(reference: number): boolean {
    const { references, rows } = this.#tables;
    return !references.has(reference, OPTIONAL | SELECTOR) && !references.isNoted(reference, UNTRACKED) &&
      !rows.has(references.target.data[reference]!, THERE);
  }

  /** Returns the number of the relation type without which a row is unused. */
  #unusedWithout(row: number): number | undefined {
    const { rows, cohorts } = this.#tables;
    const { unusedWithout } = this.#kinds[cohorts.kind(rows.cohort.data[row]!)]!;
    return unusedWithout === undefined ? undefined : relationNumber(unusedWithout);
  }

  /** Reports whether a relation of a type comes to a row. */
  #isTarget(row: number, type: number): boolean {
    const { references, selectors, rows } = this.#tables;
    for (const byUid of [false, true]) {
      let at = references.firstIncoming(row, byUid);
      for (; at !== NONE; at = references.afterIncoming(at)) {
        if (this.#makes(at, type) && !references.has(at, REVERSED)) return true;
      }
    }
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (this.#makes(at, type) && references.has(at, REVERSED)) return true;
    }
    let isSelected = false;
    selectors.forEachSelectorOf(rows.cohort.data[row]!, (selector) => {
      isSelected ||= selectors.type.data[selector] === type;
    });
    return isSelected;
  }

  /** Reports whether a reference is a relation of a type. */
  #makes(reference: number, type: number): boolean {
    const { references } = this.#tables;
    return references.type.data[reference] === type && references.isRelation(reference);
  }
}
