/**
 * Assigns rows to resources. A row is in one of these states:
 *
 * | state              | THERE | key index | uid index | cohort            | references to it |
 * | ------------------ | ----- | --------- | --------- | ----------------- | ---------------- |
 * | present            | yes   | yes       | yes       | with labels       | any or none      |
 * | placeholder by key | no    | yes       | no        | absent, its scope | by name          |
 * | placeholder by uid | no    | no        | yes       | NONE              | by uid           |
 * | free               | no    | no        | no        | NONE              | none             |
 *
 * `place` makes a free row or a placeholder present. If a resource has a placeholder by key and one by uid, it
 * merges the second into the first. `vacate` turns a present row into a free row, a placeholder, or two
 * placeholders. `target` turns a free row into a placeholder. `dropPlaceholder` frees a placeholder to which
 * nothing refers any longer.
 *
 * The caller must clear the references that a row declares before `vacate`.
 */
import type { ResourceRecord } from "../model/record.ts";
import type { Reference } from "../model/reference.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { NONE } from "../arrays/columns.ts";
import type { Changes } from "./changes.ts";
import type { Relations } from "./relations.ts";
import type { Suspects } from "./suspects.ts";
import { AS_TARGET, MENTIONED } from "./tables/references.ts";
import { FINISHED, IDLE, IN_KEY_INDEX, IN_UID_INDEX, ON_HOLD, RESTORED, SEEN, THERE } from "./tables/rows.ts";
import type { Tables } from "./tables/tables.ts";

export interface PlacementOptions {
  readonly changes: Changes;
  readonly relations: Relations;
  readonly suspects: Suspects;
  readonly kindNumber: (kind: ResourceKind) => number;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export class Placement {
  readonly #tables: Tables;
  readonly #changes: Changes;
  readonly #relations: Relations;
  readonly #suspects: Suspects;
  readonly #kindNumber: (kind: ResourceKind) => number;
  readonly #now: () => number;
  #resources = 0;

  constructor(tables: Tables, { changes, relations, suspects, kindNumber, now }: PlacementOptions) {
    this.#tables = tables;
    this.#changes = changes;
    this.#relations = relations;
    this.#suspects = suspects;
    this.#kindNumber = kindNumber;
    this.#now = now;
  }

  /** The number of present resources. */
  get resources(): number {
    return this.#resources;
  }

  /** Returns the row with a uid, present or a placeholder, or NONE. */
  findUid(uid: string): number {
    const { rows, uids } = this.#tables;
    return uids.find(uid) ? rows.findUid(uids.words, 0) : NONE;
  }

  /** Returns the row of a present resource, or NONE. */
  findPresent(uid: string): number {
    const row = this.findUid(uid);
    return row !== NONE && this.#tables.rows.has(row, THERE) ? row : NONE;
  }

  /**
   * Returns the present row of a resource, in the cohort of its labels and its release.
   *
   * @param evict Removes a present resource that is in the way.
   */
  place(record: ResourceRecord, evict: (row: number) => void): number {
    const { rows, strings, cohorts } = this.#tables;
    // Phase 1: hold the key, so that a removal frees neither its strings nor its scope.
    const namespace = strings.intern(record.namespace);
    const name = strings.intern(record.name);
    const scope = cohorts.holdScope(this.#kindNumber(record.kind), namespace);

    // Phase 2: remove a resource with this uid and another key, and one with this key and another uid, so
    // that their relations are gone before references to the same uid or name become relations again.
    // The removal calls listeners, which may overwrite the shared words of a parsed uid: find the uid again.
    let named = this.findUid(record.uid);
    let keyed = rows.findKey(scope, name);
    if (named !== keyed) {
      if (named !== NONE && rows.has(named, THERE)) evict(named);
      if (keyed !== NONE && rows.has(keyed, THERE)) evict(keyed);
      named = this.findUid(record.uid);
      keyed = rows.findKey(scope, name);
    }

    // Phase 3: take the one row that has both, or a placeholder, or a free row. Merge two placeholders.
    const row = keyed !== NONE ? keyed : named !== NONE ? named : rows.take();
    if (named !== NONE && named !== row) {
      this.#tables.references.moveByUid(named, row);
      this.#free(named);
    }
    const cohort = cohorts.intern(scope, record);
    if (rows.has(row, THERE)) this.#change(row, cohort);
    else this.#appear(row, { uid: record.uid, name, cohort });
    cohorts.releaseScope(scope);
    strings.release(name);
    strings.release(namespace);
    return row;
  }

  /** Removes a present resource that declares no references. Keeps its row as a placeholder if others refer to it. */
  vacate(row: number): void {
    const { rows, references, uids, cohorts } = this.#tables;
    const scope = cohorts.scope(rows.cohort.data[row]!);
    this.#relations.deactivateIncoming(row);
    this.#keepMentions(row);
    this.#relations.leaving(row);
    this.#strip(row);
    this.#resources--;

    const byKey = references.firstIncoming(row, false) !== NONE;
    if (references.firstIncoming(row, true) === NONE) {
      rows.clearUid(row);
      uids.release(rows.uid.data, row * 4);
    } else if (byKey) {
      // The row keeps the name. A second placeholder takes the uid.
      rows.clearUid(row);
      const placeholder = rows.take();
      rows.since.data[placeholder] = this.#now();
      rows.setUid(placeholder, rows.uid.data.subarray(row * 4, row * 4 + 4));
      references.moveByUid(row, placeholder);
    }
    if (byKey) this.#move(row, cohorts.internAbsent(scope));
    else {
      rows.leaveKey(row);
      this.#move(row, NONE);
      this.#setName(row, 0);
      if (!rows.has(row, IN_UID_INDEX)) rows.give(row);
    }
  }

  /** Returns the row that a reference points at, present or a placeholder, or NONE. */
  findTarget({ kind, namespace, name, uid }: Reference): number {
    if (uid !== undefined) return this.findUid(uid);
    const { rows, strings, cohorts } = this.#tables;
    const nameId = strings.find(name);
    const scope = cohorts.findScope(this.#kindNumber(kind!), strings.find(namespace));
    return nameId === NONE || scope === NONE ? NONE : rows.findKey(scope, nameId);
  }

  /** Returns the row that a reference points at: a new placeholder if there is none. */
  target(reference: Reference): number {
    const found = this.findTarget(reference);
    if (found !== NONE) return found;
    const { rows, strings, uids, cohorts } = this.#tables;
    const row = rows.take();
    rows.since.data[row] = this.#now();
    if (reference.uid !== undefined) {
      uids.parse(reference.uid);
      rows.setUid(row, uids.words);
      return row;
    }
    const namespace = strings.intern(reference.namespace);
    const scope = cohorts.holdScope(this.#kindNumber(reference.kind!), namespace);
    rows.name.data[row] = strings.intern(reference.name);
    this.#move(row, cohorts.internAbsent(scope));
    rows.enterKey(row);
    cohorts.releaseScope(scope);
    strings.release(namespace);
    return row;
  }

  /** Frees a row if it is a placeholder that nothing refers to. */
  dropPlaceholder(row: number): void {
    const { rows, references } = this.#tables;
    const waiting = !rows.has(row, THERE) && rows.has(row, IN_KEY_INDEX | IN_UID_INDEX);
    if (waiting && !references.isReferred(row)) this.#free(row);
  }

  /** Makes a free row or a placeholder present. */
  #appear(row: number, { uid, name, cohort }: { uid: string; name: number; cohort: number }): void {
    const { rows, strings, uids } = this.#tables;
    if (!rows.has(row, IN_UID_INDEX)) {
      uids.parse(uid);
      rows.setUid(row, uids.words);
    }
    this.#setName(row, strings.retain(name));
    this.#move(row, cohort);
    if (!rows.has(row, IN_KEY_INDEX)) rows.enterKey(row);
    rows.set(row, THERE, true);
    rows.since.data[row] = rows.unusedSince.data[row] = this.#now();
    this.#resources++;
    this.#dropMentions(row);
    this.#changes.note();
    this.#relations.joined(row);
    this.#relations.activateIncoming(row);
  }

  /** Moves a present resource whose labels or whose release have changed. */
  #change(row: number, cohort: number): void {
    if (this.#tables.rows.cohort.data[row] === cohort) return;
    this.#changes.resourceLeaving(row);
    this.#relations.leaving(row);
    this.#move(row, cohort);
    this.#relations.joined(row);
  }

  /** Drops the mentions that have the key of a new resource from the references to its uid. */
  #dropMentions(row: number): void {
    const { references, mentions, rows, cohorts } = this.#tables;
    let at = references.firstIncoming(row, true);
    if (at === NONE) return;
    const key = { scope: cohorts.scope(rows.cohort.data[row]!), name: rows.name.data[row]! };
    for (; at !== NONE; at = references.afterIncoming(at)) {
      if (!references.isNoted(at, MENTIONED) || !mentions.equals(at, key)) continue;
      mentions.remove(at);
      references.note.data[at] = AS_TARGET;
    }
  }

  /** Adds mentions to the references by uid to a resource that is about to lose its key. */
  #keepMentions(row: number): void {
    const { references, mentions, rows, cohorts } = this.#tables;
    let at = references.firstIncoming(row, true);
    if (at === NONE) return;
    const key = { scope: cohorts.scope(rows.cohort.data[row]!), name: rows.name.data[row]! };
    for (; at !== NONE; at = references.afterIncoming(at)) {
      if (!references.isNoted(at, AS_TARGET)) continue;
      mentions.add(at, key);
      references.note.data[at] = MENTIONED;
    }
  }

  /** Clears everything in a row except its identity. */
  #strip(row: number): void {
    const { rows, strings, details } = this.#tables;
    rows.set(row, THERE | IDLE | FINISHED | ON_HOLD | SEEN | RESTORED, false);
    rows.since.data[row] = this.#now();
    rows.status.data[row] = 0;
    rows.createdAt.data[row] = 0;
    details.give(rows.details.data[row]!);
    rows.details.data[row] = 0;
    strings.release(rows.message.data[row]!);
    rows.message.data[row] = 0;
    rows.clearResourceVersion(row);
    this.#suspects.gone(row);
  }

  /** Moves a row from its cohort to another one, or to none with NONE. Does not notify listeners. */
  #move(row: number, cohort: number): void {
    const { rows, cohorts, selectors } = this.#tables;
    const old = rows.cohort.data[row]!;
    if (cohort !== NONE) {
      if (cohorts.size(cohort) === 0 && cohorts.labelSet(cohort) !== NONE) selectors.cohortAdded(cohort);
    }
    if (old !== NONE) cohorts.leave(old, row);
    rows.cohort.data[row] = cohort;
    if (cohort !== NONE) cohorts.join(cohort, row);
    if (old !== NONE && cohorts.size(old) === 0) {
      selectors.cohortDropped(old);
      cohorts.drop(old);
    }
  }

  /** Replaces the name of a row and releases the old one. The caller must already hold the new one for the row. */
  #setName(row: number, name: number): void {
    const { rows, strings } = this.#tables;
    strings.release(rows.name.data[row]!);
    rows.name.data[row] = name;
  }

  /** Frees a placeholder. */
  #free(row: number): void {
    const { rows, uids } = this.#tables;
    if (rows.has(row, IN_UID_INDEX)) {
      rows.clearUid(row);
      uids.release(rows.uid.data, row * 4);
    }
    if (rows.has(row, IN_KEY_INDEX)) rows.leaveKey(row);
    this.#move(row, NONE);
    this.#setName(row, 0);
    rows.give(row);
  }
}
