/**
 * Makes relations out of references and selections, counts them by type, and tells of each. A relation
 * exists while both its ends are present and one of them declares it.
 */
import { RELATION_MEANINGS, RELATION_TYPES_MAX } from "../model/relation.ts";
import { NONE } from "../arrays/columns.ts";
import type { Changes } from "./changes.ts";
import type { Suspects } from "./suspects.ts";
import { ACTIVE, REVERSED } from "./tables/references.ts";
import type { SelectionListener } from "./tables/selectors.ts";
import type { Tables } from "./tables/tables.ts";

export interface RelationsOptions {
  readonly suspects: Suspects;
  readonly changes: Changes;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export class Relations implements SelectionListener {
  /** The number of relations, by number of type. It has room for all types that may be added. */
  readonly counts = new Uint32Array(RELATION_TYPES_MAX);
  readonly #tables: Tables;
  readonly #suspects: Suspects;
  readonly #changes: Changes;
  readonly #now: () => number;

  constructor(tables: Tables, { suspects, changes, now }: RelationsOptions) {
    this.#tables = tables;
    this.#suspects = suspects;
    this.#changes = changes;
    this.#now = now;
  }

  // Selections

  /** A selector starts to select a cohort. */
  selected(selector: number, cohort: number): void {
    this.#tables.cohorts.forEachMember(cohort, (row) => this.#countSelected(selector, row, 1));
  }

  /** A selector has ceased to select a cohort. */
  deselected(selector: number, cohort: number): void {
    const { cohorts, selectors } = this.#tables;
    cohorts.forEachMember(cohort, (row) => this.#countSelected(selector, row, -1));
    if (selectors.selectsNothing(selector)) selectors.emptySince.data[selector] = this.#now();
  }

  /** A resource has joined its cohort, and with it all that selects the cohort. */
  joined(row: number): void {
    const { rows, selectors } = this.#tables;
    const cohort = rows.cohort.data[row]!;
    selectors.forEachSelectorOf(cohort, (selector) => this.#countSelected(selector, row, 1));
  }

  /** A resource is about to leave its cohort. */
  leaving(row: number): void {
    const { rows, selectors } = this.#tables;
    const cohort = rows.cohort.data[row]!;
    selectors.forEachSelectorOf(cohort, (selector) => this.#countSelected(selector, row, -1));
  }

  // References

  /** Makes relations of all that is declared about a resource that has come. */
  activateIncoming(row: number): void {
    this.#forEachIncoming(row, (reference) => {
      this.activate(reference);
      this.#suspects.met(reference);
    });
  }

  deactivateIncoming(row: number): void {
    this.#forEachIncoming(row, (reference) => {
      this.deactivate(reference);
      this.#suspects.unmet(reference);
    });
  }

  /** Makes a relation of a reference whose ends are present, unless the type forbids one between them. */
  activate(reference: number): void {
    if (this.#isForbidden(reference)) return;
    if (this.#tables.references.activate(reference)) this.#countReferred(reference, 1);
  }

  /** Ends the relation of a reference, if it has one. */
  deactivate(reference: number): void {
    const { references } = this.#tables;
    if (!references.has(reference, ACTIVE)) return;
    if (references.deactivate(reference)) this.#countReferred(reference, -1);
  }

  #isForbidden(reference: number): boolean {
    const { references, rows, cohorts } = this.#tables;
    if (!RELATION_MEANINGS[references.type.data[reference]!]!.withinNamespace) return false;
    const declaring = cohorts.namespace(rows.cohort.data[references.source.data[reference]!]!);
    const other = cohorts.namespace(rows.cohort.data[references.target.data[reference]!]!);
    const source = references.has(reference, REVERSED) ? other : declaring;
    return source !== 0 && declaring !== other;
  }

  #countReferred(reference: number, count: 1 | -1): void {
    const { references } = this.#tables;
    const declaring = references.source.data[reference]!;
    const target = references.target.data[reference]!;
    const type = references.type.data[reference]!;
    const [from, to] = references.has(reference, REVERSED) ? [target, declaring] : [declaring, target];
    this.#count(type, { target: to, count });
    this.#changes.relationChanged(from, to, type);
  }

  #countSelected(selector: number, row: number, count: 1 | -1): void {
    const { selectors } = this.#tables;
    const type = selectors.type.data[selector]!;
    this.#suspects.selected(selector, row, count);
    this.#count(type, { target: row, count });
    this.#changes.relationChanged(selectors.source.data[selector]!, row, type);
  }

  /** Counts a relation that is new or gone. Without its last one, its target may be unused. */
  #count(type: number, { target, count }: { target: number; count: 1 | -1 }): void {
    if (count > 0) this.#suspects.related(type, target);
    else if (this.#suspects.unrelated(type, target)) {
      this.#tables.rows.unusedSince.data[target] = this.#now();
    }
    this.counts[type]! += count;
  }

  #forEachIncoming(row: number, visit: (reference: number) => void): void {
    const { references } = this.#tables;
    for (const byUid of [false, true]) {
      let reference = references.firstIncoming(row, byUid);
      for (; reference !== NONE; reference = references.afterIncoming(reference)) visit(reference);
    }
  }
}
