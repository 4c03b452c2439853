/**
 * Keeps the declarations of resources: replaces the references and selectors of a row with those of a record,
 * unless they are equal.
 */
import type { ResourceRecord } from "../model/record.ts";
import type { Reference, SelectorReference } from "../model/reference.ts";
import { relationNumber } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { NONE } from "../arrays/columns.ts";
import type { Changes } from "./changes.ts";
import type { Placement } from "./placement.ts";
import type { Relations } from "./relations.ts";
import type { Suspects } from "./suspects.ts";
import {
  AS_TARGET,
  BY_UID,
  CONTROLLER,
  type Declaration,
  MENTIONED,
  OPTIONAL,
  REQUIRED,
  REVERSED,
  SELECTOR,
  UNTRACKED,
} from "./tables/references.ts";
import { THERE } from "./tables/rows.ts";
import type { Tables } from "./tables/tables.ts";

export interface DeclarationsOptions {
  readonly changes: Changes;
  readonly relations: Relations;
  readonly placement: Placement;
  readonly suspects: Suspects;
  readonly kindNumber: (kind: ResourceKind) => number;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export class Declarations {
  readonly #tables: Tables;
  readonly #options: DeclarationsOptions;
  /** Targets that lost a reference in the current write. */
  readonly #orphans: number[] = [];

  constructor(tables: Tables, options: DeclarationsOptions) {
    this.#tables = tables;
    this.#options = options;
  }

  /** Makes a present row declare what a record does. */
  declare(row: number, record: ResourceRecord): void {
    if (!this.#declares(row, record)) this.#replace(row, record);
  }

  /** Removes what a row declares. `dropOrphans` must follow in the same write. */
  clear(row: number): void {
    const { references } = this.#tables;
    while (references.first(row) !== NONE) this.#removeAfter(row, NONE);
  }

  /**
   * Removes what resources declare about a kind without resources, as if the kind had never been tracked: a
   * reference by uid stays, but no longer names its target. Visits the rows that declared something.
   */
  forgetKind(kind: number, visit: (row: number) => void): void {
    const { references, mentions, rows, cohorts } = this.#tables;
    if (cohorts.firstScope(kind) === NONE) return;
    for (let row = 0; row < rows.end; row++) {
      let found = false;
      let previous = NONE;
      let reference = rows.has(row, THERE) ? references.first(row) : NONE;
      for (
        ;
        reference !== NONE;
        reference = previous === NONE ? references.first(row) : references.after(previous)
      ) {
        if (!this.#isAbout(reference, kind)) {
          previous = reference;
          continue;
        }
        found = true;
        if (references.has(reference, BY_UID)) {
          mentions.remove(reference);
          references.note.data[reference] = UNTRACKED;
          previous = reference;
        } else this.#removeAfter(row, previous);
      }
      if (!found) continue;
      this.#options.suspects.declared(row);
      visit(row);
    }
    this.dropOrphans();
  }

  /** Reports whether a reference or selector names a kind without resources. */
  #isAbout(reference: number, kind: number): boolean {
    const { references, selectors, mentions, cohorts, rows } = this.#tables;
    const target = references.target.data[reference]!;
    if (references.has(reference, SELECTOR)) return cohorts.kindOfScope(selectors.scope(target)) === kind;
    if (references.has(reference, BY_UID)) {
      return references.isNoted(reference, MENTIONED) &&
        cohorts.kindOfScope(mentions.scope(reference)) === kind;
    }
    return cohorts.kind(rows.cohort.data[target]!) === kind;
  }

  #removeAfter(row: number, previous: number): void {
    const { references, selectors, mentions, rows } = this.#tables;
    const reference = previous === NONE ? references.first(row) : references.after(previous);
    const target = references.target.data[reference]!;
    if (references.has(reference, SELECTOR)) selectors.remove(target);
    else {
      this.#options.relations.deactivate(reference);
      if (references.isNoted(reference, MENTIONED)) mentions.remove(reference);
      if (!rows.has(target, THERE)) this.#orphans.push(target);
    }
    references.remove(row, previous);
  }

  /** Frees placeholders that nothing refers to any longer. */
  dropOrphans(): void {
    for (const row of this.#orphans) this.#options.placement.dropPlaceholder(row);
    this.#orphans.length = 0;
  }

  /** Reports whether the row declares just what the record does. */
  #declares(row: number, record: ResourceRecord): boolean {
    const { references, selectors, cohorts, rows, strings } = this.#tables;
    const { placement, kindNumber } = this.#options;
    let known = references.first(row);
    for (const reference of record.references) {
      if (known === NONE) return false;
      const target = placement.findTarget(reference);
      if (target === NONE) return false;
      const note = this.#noteOf(reference, target);
      if (!references.equals(known, declaration(reference, { target, note }))) return false;
      if (references.isNoted(known, MENTIONED) && !this.#mentions(known, reference)) return false;
      known = references.after(known);
    }
    const own = cohorts.namespace(rows.cohort.data[row]!);
    for (const reference of record.selectors) {
      if (known === NONE || !references.has(known, SELECTOR)) return false;
      const target = references.target.data[known]!;
      if (!references.equals(known, selectorDeclaration(reference, target))) return false;
      const { namespace: other } = reference;
      const namespace = other === undefined ? own : strings.find(other);
      const scope = namespace === NONE ? NONE : cohorts.findScope(kindNumber(reference.kind), namespace);
      if (!selectors.equals(target, scope, reference.selector)) return false;
      known = references.after(known);
    }
    return known === NONE;
  }

  #replace(row: number, record: ResourceRecord): void {
    const { references, rows, selectors, cohorts, strings } = this.#tables;
    const { changes, relations, placement, kindNumber, now } = this.#options;
    changes.note();
    this.clear(row);
    let previous = NONE;
    for (const reference of record.references) {
      const target = placement.target(reference);
      const note = this.#noteOf(reference, target);
      previous = references.add({ source: row, previous }, declaration(reference, { target, note }));
      if (references.isNoted(previous, MENTIONED)) this.#mention(previous, reference);
      if (rows.has(target, THERE)) relations.activate(previous);
    }
    const own = cohorts.namespace(rows.cohort.data[row]!);
    for (const reference of record.selectors) {
      const { namespace: other } = reference;
      const namespace = other === undefined ? own : strings.intern(other);
      const scope = cohorts.holdScope(kindNumber(reference.kind), namespace);
      if (other !== undefined) strings.release(namespace);
      const type = relationNumber(reference.type);
      const selector = selectors.add({ source: row, type, scope }, reference.selector);
      selectors.emptySince.data[selector] = now();
      previous = references.add({ source: row, previous }, selectorDeclaration(reference, selector));
    }
    this.dropOrphans();
  }

  /** Returns the note of a reference: see `Declaration`. */
  #noteOf({ uid, kind, namespace, name, via = 0 }: Reference, target: number): number {
    if (uid === undefined) return via;
    if (kind === undefined) return UNTRACKED;
    const { strings, cohorts, rows } = this.#tables;
    if (!rows.has(target, THERE) || !strings.equals(rows.name.data[target]!, name)) return MENTIONED;
    const cohort = rows.cohort.data[target]!;
    const isSame = cohorts.kind(cohort) === this.#options.kindNumber(kind) &&
      strings.equals(cohorts.namespace(cohort), namespace);
    return isSame ? AS_TARGET : MENTIONED;
  }

  /** Reports whether the mention of a declared reference is what another one says. */
  #mentions(known: number, { kind, namespace, name }: Reference): boolean {
    const { strings, cohorts, mentions } = this.#tables;
    const scope = mentions.scope(known);
    return cohorts.kindOfScope(scope) === this.#options.kindNumber(kind!) &&
      strings.equals(cohorts.namespaceOfScope(scope), namespace) &&
      strings.equals(mentions.name(known), name);
  }

  #mention(reference: number, { kind, namespace, name }: Reference): void {
    const { strings, cohorts, mentions } = this.#tables;
    const namespaceId = strings.intern(namespace);
    const nameId = strings.intern(name);
    const scope = cohorts.holdScope(this.#options.kindNumber(kind!), namespaceId);
    mentions.add(reference, { scope, name: nameId });
    cohorts.releaseScope(scope);
    strings.release(namespaceId);
    strings.release(nameId);
  }
}

function declaration(reference: Reference, { target, note }: { target: number; note: number }): Declaration {
  const { type, reversed, optional, uid, controller } = reference;
  const flags = (reversed ? REVERSED : 0) | (optional ? OPTIONAL : 0) | (uid === undefined ? 0 : BY_UID) |
    (controller ? CONTROLLER : 0);
  return { type: relationNumber(type), flags, target, note };
}

function selectorDeclaration({ type, required }: SelectorReference, target: number): Declaration {
  return { type: relationNumber(type), flags: required ? SELECTOR | REQUIRED : SELECTOR, target, note: 0 };
}
