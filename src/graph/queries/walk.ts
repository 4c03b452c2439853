/** Visits the visible relations of a resource, whichever end declares them. */
import { relationNumber } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, CONTROLLER, REVERSED, SELECTOR } from "../tables/references.ts";
import type { Tables } from "../tables/tables.ts";
import { sees, type Sight } from "./sight.ts";

const OWNS = relationNumber("owns");

/** Visits the relations that go from a row. `type` is a number in `RELATION_TYPES`. */
export function forEachTarget(
  sight: Sight,
  row: number,
  visit: (type: number, to: number) => void,
): void {
  const { references, selectors, cohorts } = sight.tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    const type = references.type.data[at]!;
    if (references.has(at, SELECTOR)) {
      selectors.forEachCohortOf(target, (cohort) => {
        if (sight.visible !== undefined && !sight.visible.has(cohorts.scope(cohort))) return;
        cohorts.forEachMember(cohort, (to) => visit(type, to));
      });
    } else if (references.isRelation(at) && !references.has(at, REVERSED) && sees(sight, target)) {
      visit(type, target);
    }
  }
  forEachDeclarer(sight, row, (type, source, reversed) => {
    if (reversed) visit(type, source);
  });
}

/** Visits the relations that come to a row. */
export function forEachSource(
  sight: Sight,
  row: number,
  visit: (type: number, from: number) => void,
): void {
  const { references, selectors, rows } = sight.tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    if (references.isRelation(at) && references.has(at, REVERSED) && sees(sight, target)) {
      visit(references.type.data[at]!, target);
    }
  }
  selectors.forEachSelectorOf(rows.cohort.data[row]!, (selector) => {
    const source = selectors.source.data[selector]!;
    if (sees(sight, source)) visit(selectors.type.data[selector]!, source);
  });
  forEachDeclarer(sight, row, (type, source, reversed) => {
    if (!reversed) visit(type, source);
  });
}

/** Reports whether one of the relations that come to a row has a type that passes a test. */
export function someSource(sight: Sight, row: number, test: (type: number) => boolean): boolean {
  const { references, selectors, rows } = sight.tables;
  const isVisible = (at: number, other: number) =>
    references.isRelation(at) && test(references.type.data[at]!) && sees(sight, other);
  for (const byUid of [false, true]) {
    let at = references.firstIncoming(row, byUid);
    for (; at !== NONE; at = references.afterIncoming(at)) {
      if (!references.has(at, REVERSED) && isVisible(at, references.source.data[at]!)) return true;
    }
  }
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    if (references.has(at, REVERSED) && isVisible(at, references.target.data[at]!)) return true;
  }
  let isSelected = false;
  selectors.forEachSelectorOf(rows.cohort.data[row]!, (selector) => {
    isSelected ||= test(selectors.type.data[selector]!) && sees(sight, selectors.source.data[selector]!);
  });
  return isSelected;
}

/** Visits the owners of a row. */
export function forEachOwner(sight: Sight, row: number, visit: (owner: number) => void): void {
  const { references } = sight.tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    if (isOwner(sight.tables, at) && sees(sight, references.target.data[at]!)) {
      visit(references.target.data[at]!);
    }
  }
}

/** Returns the owner that controls a row, or NONE. */
export function controllerOf(sight: Sight, row: number): number {
  const { references } = sight.tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    if (!references.has(at, CONTROLLER) || !isOwner(sight.tables, at)) continue;
    const owner = references.target.data[at]!;
    return sees(sight, owner) ? owner : NONE;
  }
  return NONE;
}

/** Visits the resources that a row owns. */
export function forEachDependent(sight: Sight, row: number, visit: (dependent: number) => void): void {
  const { references } = sight.tables;
  let at = references.firstIncoming(row, true);
  for (; at !== NONE; at = references.afterIncoming(at)) {
    const dependent = references.source.data[at]!;
    if (isOwner(sight.tables, at) && sees(sight, dependent)) visit(dependent);
  }
}

/** Reports whether the target of a reference is there and owns the source. */
function isOwner({ references }: Tables, reference: number): boolean {
  return references.type.data[reference] === OWNS && references.has(reference, REVERSED) &&
    references.has(reference, ACTIVE);
}

/** Visits the relations of a row that others declare. */
function forEachDeclarer(
  sight: Sight,
  row: number,
  visit: (type: number, source: number, reversed: boolean) => void,
): void {
  const { references } = sight.tables;
  for (const byUid of [false, true]) {
    let at = references.firstIncoming(row, byUid);
    for (; at !== NONE; at = references.afterIncoming(at)) {
      const source = references.source.data[at]!;
      if (!references.isRelation(at) || !sees(sight, source)) continue;
      visit(references.type.data[at]!, source, references.has(at, REVERSED));
    }
  }
}
