/**
 * Reads single resources of the graph and their relations. It returns rows, string ids and counts, never
 * objects. Rows are valid until the next write, so callers must encode them before that.
 */
import type { LabelSelector } from "../../model/label_selector.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import {
  ACTIVE,
  BY_UID,
  CONTROLLER,
  DUPLICATE,
  OPTIONAL,
  REQUIRED,
  REVERSED,
  SELECTOR,
} from "../tables/references.ts";
import { FINISHED, IDLE, ON_HOLD, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { chartOf } from "./charts.ts";
import { type Evidence, evidenceOf, type RelationKey } from "./evidence.ts";
import { releaseOf } from "./membership.ts";
import { type NamedTarget, namedTarget } from "./named_target.ts";
import { sees, type Sight } from "./sight.ts";
import { forEachSource, forEachTarget } from "./walk.ts";

/**
 * Reads strings by id: as text, or as the bytes between the quotes of a JSON string. Functions that copy
 * bytes, here and below, write whole words, and therefore up to three bytes behind the end.
 */
export interface TextReader {
  text(id: number): string;
  size(id: number): number;
  copy(id: number, target: DataView, at: number): number;
  compare(a: number, b: number): number;
}

/** A selector, as its source declares it. */
export interface DeclaredSelector {
  /** Number in `RELATION_TYPES`. */
  readonly type: number;
  /** The number in `kinds`. */
  readonly kind: number;
  readonly required: boolean;
  readonly selector: LabelSelector;
  /** Undefined for the namespace of the resource. */
  readonly namespace: string | undefined;
}

/** A reference as its source declares it. */
export interface DeclaredReference {
  /** Number in `RELATION_TYPES`. */
  readonly type: number;
  readonly reversed: boolean;
  readonly optional: boolean;
  /** The target controls the source. */
  readonly controller: boolean;
  /** Whether it is a relation, because its target exists for the asker. */
  readonly active: boolean;
  /** The places of the reference, as bits of `VIAS`. */
  readonly via: number;
  /**
   * Whether the target is the resource with the uid of the target row. Otherwise it is the one with the named
   * key.
   */
  readonly byUid: boolean;
  /** The row of the target, which may be absent. The row of an absent target has only a uid. */
  readonly target: number;
  /** The target as the source names it. Undefined for a kind that is not tracked. */
  readonly named: NamedTarget | undefined;
}

export class RowReader {
  readonly kinds: readonly ResourceKind[];
  readonly text: TextReader;
  readonly #tables: Tables;
  readonly #sight: Sight;

  constructor(sight: Sight) {
    this.#sight = sight;
    this.#tables = sight.tables;
    this.kinds = sight.kinds;
    this.text = sight.tables.strings;
  }

  // One resource

  /** Returns the row of a resource, or undefined. */
  find(uid: string): number | undefined {
    const { uids, rows } = this.#tables;
    if (!uids.find(uid)) return undefined;
    const row = rows.findUid(uids.words, 0);
    return row !== NONE && rows.has(row, THERE) && sees(this.#sight, row) ? row : undefined;
  }

  /** Returns the number of the scope of a resource, which is a kind in a namespace; see `seenBy`. */
  scope(row: number): number {
    const { cohorts, rows } = this.#tables;
    return cohorts.scope(rows.cohort.data[row]!);
  }

  /** Returns the scope of a row, or undefined for a missing target that has only a uid. */
  scopeIfAny(row: number): number | undefined {
    const { cohorts, rows } = this.#tables;
    const cohort = rows.cohort.data[row]!;
    return cohort === NONE ? undefined : cohorts.scope(cohort);
  }

  isThere(row: number): boolean {
    return this.#tables.rows.has(row, THERE);
  }

  isIdle(row: number): boolean {
    return this.#tables.rows.has(row, IDLE);
  }

  isFinished(row: number): boolean {
    return this.#tables.rows.has(row, FINISHED);
  }

  isOnHold(row: number): boolean {
    return this.#tables.rows.has(row, ON_HOLD);
  }

  /** Returns the number in `kinds`. */
  kindNumber(row: number): number {
    const { cohorts, rows } = this.#tables;
    return cohorts.kind(rows.cohort.data[row]!);
  }

  kind(row: number): ResourceKind {
    return this.kinds[this.kindNumber(row)]!;
  }

  /** Returns a string id, as do `namespace`, `message` and `chart`. */
  name(row: number): number {
    return this.#tables.rows.name.data[row]!;
  }

  namespace(row: number): number {
    const { cohorts, rows } = this.#tables;
    return cohorts.namespace(rows.cohort.data[row]!);
  }

  message(row: number): number {
    return this.#tables.rows.message.data[row]!;
  }

  /** Returns undefined if the resource has no chart, or one without a name. */
  chart(row: number): number | undefined {
    const chart = chartOf(this.#tables, this.#sight.chartKeys, this.labelSet(row));
    return chart === NONE ? undefined : chart;
  }

  /** Returns the number of the release: its own, otherwise that of the nearest owner that has one. */
  release(row: number): number | undefined {
    const release = releaseOf(this.#sight, row);
    return release === NONE ? undefined : release;
  }

  /** Returns the string ids of the name and namespace of a release. */
  releaseName(release: number): number {
    return this.#tables.cohorts.releaseName(release);
  }

  releaseNamespace(release: number): number {
    return this.#tables.cohorts.releaseNamespace(release);
  }

  status(row: number): Status {
    return STATUSES[this.statusNumber(row)]!;
  }

  /** Returns the number in `STATUSES`. */
  statusNumber(row: number): number {
    return this.#tables.rows.status.data[row]!;
  }

  /** Returns the seconds since 1970. 0 means unknown. */
  createdAt(row: number): number {
    return this.#tables.rows.createdAt.data[row]!;
  }

  /** The version from the API server. It can change without a notification. */
  resourceVersion(row: number): string {
    return this.#tables.rows.resourceVersionOf(row);
  }

  /** The number of the release that the resource itself names, regardless of its controllers. */
  namedRelease(row: number): number | undefined {
    const { cohorts, rows } = this.#tables;
    const release = cohorts.release(rows.cohort.data[row]!);
    return release === NONE ? undefined : release;
  }

  uid(row: number): string {
    return this.#tables.uids.text(this.#tables.rows.uid.data, row * 4);
  }

  /**
   * Returns the four words of a uid, for `findUidWords`. They have no meaning after the resource is deleted.
   */
  copyUidWords(row: number, target: Uint32Array, at: number): void {
    const uid = this.#tables.rows.uid.data;
    for (let i = 0; i < 4; i++) target[at + i] = uid[row * 4 + i]!;
  }

  findUidWords(words: Uint32Array, at: number): number | undefined {
    const { rows } = this.#tables;
    const row = rows.findUid(words, at);
    return row !== NONE && rows.has(row, THERE) ? row : undefined;
  }

  uidSize(row: number): number {
    return this.#tables.uids.size(this.#tables.rows.uid.data, row * 4);
  }

  copyUid(row: number, target: { view: DataView; start: number }): number {
    return this.#tables.uids.copy(this.#tables.rows.uid.data, row * 4, target);
  }

  labelSet(row: number): number {
    const { cohorts, rows } = this.#tables;
    return cohorts.labelSet(rows.cohort.data[row]!);
  }

  labelCount(set: number): number {
    return this.#tables.labels.labelCount(set);
  }

  labelKey(set: number, i: number): number {
    return this.#tables.labels.key(set, i);
  }

  labelValue(set: number, i: number): number {
    return this.#tables.labels.value(set, i);
  }

  /**
   * Visits the fields of a resource, and the items of a list one by one. Passes the position in
   * `DETAIL_LAYOUTS` and the offset of the words.
   */
  forEachField(row: number, visit: (field: number, words: Uint32Array, at: number) => void): void {
    const { details, rows } = this.#tables;
    details.forEachField(rows.details.data[row]!, visit);
  }

  /** Visits the annotations of a resource, as string ids. */
  forEachAnnotation(row: number, visit: (key: number, value: number) => void): void {
    const { details, rows } = this.#tables;
    details.forEachAnnotation(rows.details.data[row]!, visit);
  }

  /** Returns a uid within the words of a field. `fieldUidSize` and `copyFieldUid` are for its bytes. */
  fieldUid(words: Uint32Array, at: number): string {
    return this.#tables.uids.text(words, at);
  }

  fieldUidSize(words: Uint32Array, at: number): number {
    return this.#tables.uids.size(words, at);
  }

  copyFieldUid(words: Uint32Array, at: number, target: { view: DataView; start: number }): number {
    return this.#tables.uids.copy(words, at, target);
  }

  // Relations

  /** Visits the references that a resource declares, in order, without selectors. */
  forEachReference(row: number, visit: (reference: DeclaredReference) => void): void {
    const { references } = this.#tables;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (references.has(at, SELECTOR)) continue;
      visit({
        type: references.type.data[at]!,
        reversed: references.has(at, REVERSED),
        optional: references.has(at, OPTIONAL),
        controller: references.has(at, CONTROLLER),
        active: references.has(at, ACTIVE) && sees(this.#sight, references.target.data[at]!),
        via: references.via(at),
        named: namedTarget(this.#tables, at),
        byUid: references.has(at, BY_UID),
        target: references.target.data[at]!,
      });
    }
  }

  /** Returns the selectors that a resource declares, in order. */
  selectors(row: number): DeclaredSelector[] {
    const { references, selectors, cohorts, rows, strings } = this.#tables;
    const own = cohorts.namespace(rows.cohort.data[row]!);
    const declared: DeclaredSelector[] = [];
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (!references.has(at, SELECTOR)) continue;
      const target = references.target.data[at]!;
      const scope = selectors.scope(target);
      const namespace = cohorts.namespaceOfScope(scope);
      declared.push({
        type: references.type.data[at]!,
        kind: cohorts.kindOfScope(scope),
        required: references.has(at, REQUIRED),
        selector: selectors.requirements(target),
        namespace: namespace === own ? undefined : strings.text(namespace),
      });
    }
    return declared;
  }

  /**
   * Visits the names of the existing and missing targets of a resource, in order, and of the resources that
   * its selectors select. `type` is a number in `RELATION_TYPES`, `name` is a string id.
   */
  forEachTargetName(row: number, visit: (type: number, name: number) => void): void {
    const { references, selectors, cohorts, rows } = this.#tables;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      const type = references.type.data[at]!;
      const target = references.target.data[at]!;
      if (references.has(at, SELECTOR)) {
        selectors.forEachCohortOf(target, (cohort) => {
          if (!this.#sees(cohorts.scope(cohort))) return;
          cohorts.forEachMember(cohort, (member) => visit(type, rows.name.data[member]!));
        });
      } else if (references.has(at, REVERSED)) continue;
      else if (references.has(at, ACTIVE) && sees(this.#sight, target)) {
        if (!this.#isRepeated(row, at)) visit(type, rows.name.data[target]!);
      } else {
        const named = namedTarget(this.#tables, at);
        if (named !== undefined) visit(type, named.name);
      }
    }
  }

  /**
   * Reports whether another reference of the resource has the same target. If the target declares the same
   * relation, the resource names the target only once.
   */
  #isRepeated(row: number, reference: number): boolean {
    const { references } = this.#tables;
    if (!references.has(reference, DUPLICATE)) return false;
    let isBefore = true;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (at === reference) {
        isBefore = false;
        continue;
      }
      const isSame = references.target.data[at] === references.target.data[reference] &&
        references.type.data[at] === references.type.data[reference] &&
        references.has(at, ACTIVE) && !references.has(at, REVERSED | SELECTOR);
      if (isSame && (isBefore || !references.has(at, DUPLICATE))) return true;
    }
    return false;
  }

  /**
   * Visits the relations that a resource declares. Exactly one end declares each relation of the graph.
   * `type` is a number in `RELATION_TYPES`.
   */
  forEachRelation(row: number, visit: (type: number, from: number, to: number) => void): void {
    const { references, selectors, cohorts } = this.#tables;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      const type = references.type.data[at]!;
      const target = references.target.data[at]!;
      if (references.has(at, SELECTOR)) {
        selectors.forEachCohortOf(target, (cohort) => {
          cohorts.forEachMember(cohort, (member) => visit(type, row, member));
        });
      } else if (references.isRelation(at)) {
        if (references.has(at, REVERSED)) visit(type, target, row);
        else visit(type, row, target);
      }
    }
  }

  /**
   * Returns the types of the relations from one resource to another, as ascending numbers in
   * `RELATION_TYPES`. It looks at the references of these two, not at all their relations.
   */
  relationTypes(from: number, to: number): number[] {
    const { references, selectors, rows } = this.#tables;
    const types: number[] = [];
    const add = (type: number) => {
      if (!types.includes(type)) types.push(type);
    };
    for (let at = references.first(from); at !== NONE; at = references.after(at)) {
      if (references.target.data[at] !== to || references.has(at, REVERSED)) continue;
      if (references.isRelation(at)) add(references.type.data[at]!);
    }
    for (let at = references.first(to); at !== NONE; at = references.after(at)) {
      if (references.target.data[at] !== from || !references.has(at, REVERSED)) continue;
      if (references.isRelation(at)) add(references.type.data[at]!);
    }
    selectors.forEachSelectorOf(rows.cohort.data[to]!, (selector) => {
      if (selectors.source.data[selector] === from) add(selectors.type.data[selector]!);
    });
    return types.length > 1 ? types.sort((a, b) => a - b) : types;
  }

  /** Returns the meaning of a relation, from the references that declare it. */
  evidence(relation: RelationKey): Evidence {
    return evidenceOf(this.#tables, relation);
  }

  /** Visits the relations that start at a resource, from the declarations of either end. */
  forEachTarget(row: number, visit: (type: number, to: number) => void): void {
    forEachTarget(this.#sight, row, visit);
  }

  /** Visits the relations that end at a resource. */
  forEachSource(row: number, visit: (type: number, from: number) => void): void {
    forEachSource(this.#sight, row, visit);
  }

  #sees(scope: number): boolean {
    return this.#sight.visible === undefined || this.#sight.visible.has(scope);
  }
}
