/**
 * The graph of resources and their relations: the only state of the process, written by `ingest`.
 *
 * What always holds: `upsert`, `remove` and `endReplace` are atomic, as nothing else runs meanwhile. A
 * relation is there exactly when both its resources are and one of them declares it, whatever the
 * order in which they came. No two resources share a uid or a key. What is equal changes nothing.
 *
 * Not its business: what an object means (`kinds`), and where answers go (`http`), which ask `read`.
 */
import type { ResourceRecord } from "../model/record.ts";
import type { Reference, SelectorReference } from "../model/reference.ts";
import { RELATION_TYPES, type RelationType } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { Scope } from "../model/resource_sink.ts";
import { STATUSES } from "../model/status.ts";
import { NONE } from "../arrays/columns.ts";
import { GraphReader } from "./queries/reader.ts";
import {
  ACTIVE,
  BY_UID,
  CONTROLLER,
  type Declaration,
  OPTIONAL,
  REQUIRED,
  REVERSED,
  SELECTOR,
} from "./tables/references.ts";
import { FINISHED, IDLE, IN_KEY_INDEX, IN_UID_INDEX, RESTORED, SEEN, THERE } from "./tables/rows.ts";
import { Tables } from "./tables/tables.ts";

/**
 * Told of every change, while the rows it names can be read. It must neither throw nor write; it hears
 * of a change several times rather than not at all, and what it does last is right.
 */
export interface GraphListener {
  /** A resource is new, or differs in what is kept of it. */
  resourceChanged(row: number): void;
  /** A resource is about to go, or to change its labels or its own release: they are still the old ones. */
  resourceLeaving(row: number): void;
  /** Between two resources a relation is new or about to be gone. */
  relationChanged(from: number, to: number): void;
}

/** The same as `relationNumber`, faster. */
const TYPE_NUMBERS = new Map<RelationType, number>(RELATION_TYPES.map((type, i) => [type, i]));

export class Graph {
  /** The read side. */
  readonly read: GraphReader;
  readonly #kindNumbers: Map<string, number>;
  /** The same by object, which spares a string at each look. */
  readonly #seenKinds = new Map<ResourceKind, number>();
  readonly #tables: Tables;
  readonly #clock: () => number;
  readonly #synced: Uint8Array;
  readonly #relations = new Uint32Array(RELATION_TYPES.length);
  /** Targets that lost their last reference in the write that is under way. */
  readonly #orphans: number[] = [];
  #listener: GraphListener | undefined;
  #resources = 0;
  #revision = 0;
  /** Whether the write that is under way has changed what a reader can see. */
  #visible = false;

  /** `clock` tells milliseconds since 1970. */
  constructor(kinds: readonly ResourceKind[], clock: () => number = Date.now) {
    this.#kindNumbers = new Map(kinds.map((kind, i) => [keyOf(kind), i]));
    this.#clock = clock;
    this.#synced = new Uint8Array(kinds.length);
    const tables: Tables = new Tables(kinds.length, {
      selected: (selector, cohort) => {
        tables.cohorts.forEachMember(cohort, (row) => this.#relateSelected(selector, row, 1));
      },
      deselected: (selector, cohort) => {
        tables.cohorts.forEachMember(cohort, (row) => this.#relateSelected(selector, row, -1));
        if (tables.selectors.selectsNothing(selector)) {
          tables.selectors.emptySince.data[selector] = this.#now();
        }
      },
    });
    this.#tables = tables;
    this.read = new GraphReader(tables, {
      kinds,
      kindNumbers: this.#kindNumbers,
      synced: this.#synced,
      relations: this.#relations,
      process: randomDigits(),
      revision: () => this.#revision,
      resources: () => this.#resources,
    });
  }

  /** From now on, one listener hears of every change. */
  listen(listener: GraphListener): void {
    this.#listener = listener;
  }

  /** Puts a resource in, or changes it. True where a reader can see a difference. */
  upsert(record: ResourceRecord): boolean {
    const { rows, strings, details } = this.#tables;
    this.#visible = false;
    const row = this.#place(record);
    if (!rows.has(row, THERE)) this.#appear(row);

    const status = STATUSES.indexOf(record.status);
    if (rows.status.data[row] !== status) {
      rows.status.data[row] = status;
      rows.since.data[row] = this.#now();
      this.#visible = true;
    }
    if (rows.createdAt.data[row] !== record.createdAt) {
      rows.createdAt.data[row] = record.createdAt;
      this.#visible = true;
    }
    const message = strings.intern(record.message);
    strings.release(rows.message.data[row]!);
    if (rows.message.data[row] !== message) {
      rows.message.data[row] = message;
      this.#visible = true;
    }
    const block = rows.details.data[row]!;
    rows.details.data[row] = details.replace(block, record);
    if (details.changed) this.#visible = true;
    this.#setFlag(row, IDLE, record.idle);
    this.#setFlag(row, FINISHED, record.finished);
    rows.set(row, SEEN, true);
    rows.set(row, RESTORED, false);
    rows.setResourceVersion(row, record.resourceVersion);
    if (!this.#declares(row, record)) this.#declare(row, record);
    if (this.#visible) this.#listener?.resourceChanged(row);
    return this.#commit();
  }

  /** Puts in what an earlier life has saved. */
  restore(record: ResourceRecord): boolean {
    const visible = this.upsert(record);
    const { uids, rows } = this.#tables;
    if (uids.find(record.uid)) rows.set(rows.findUid(uids.words, 0), RESTORED, true);
    return visible;
  }

  /** Takes out what was restored, unless it has been upserted since. */
  forget(uid: string): boolean {
    const { uids, rows } = this.#tables;
    const row = uids.find(uid) ? rows.findUid(uids.words, 0) : NONE;
    return row !== NONE && rows.has(row, RESTORED) && this.remove(uid);
  }

  /** Takes a resource out. True where it was there. */
  remove(uid: string): boolean {
    const { uids, rows } = this.#tables;
    this.#visible = false;
    if (uids.find(uid)) {
      const row = rows.findUid(uids.words, 0);
      if (row !== NONE && rows.has(row, THERE)) this.#remove(row);
    }
    return this.#commit();
  }

  /** A complete list of the scope starts: what is upserted until `endReplace` stays. */
  beginReplace(scope: Scope): void {
    this.#forEachRow(scope, (row) => this.#tables.rows.set(row, SEEN, false));
  }

  /** The list was complete: removes what it did not have, and returns how many these were. */
  endReplace(scope: Scope): number {
    const gone: number[] = [];
    this.#forEachRow(scope, (row) => {
      if (!this.#tables.rows.has(row, SEEN)) gone.push(row);
    });
    this.#visible = false;
    for (const row of gone) this.#remove(row);
    this.#commit();
    return gone.length;
  }

  /** Whether what is known of a kind is current. Readers see it, so it moves the revision. */
  setSynced(kind: ResourceKind, synced: boolean): void {
    const number = this.#kindNumber(kind);
    if (this.#synced[number] === Number(synced)) return;
    this.#synced[number] = Number(synced);
    this.#revision++;
  }

  #commit(): boolean {
    if (this.#visible) this.#revision++;
    return this.#visible;
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }

  #kindNumber(kind: ResourceKind): number {
    const known = this.#seenKinds.get(kind);
    if (known !== undefined) return known;
    const number = this.#kindNumbers.get(keyOf(kind));
    if (number === undefined) throw new TypeError(`The graph was made without the kind ${kind.kind}`);
    this.#seenKinds.set(kind, number);
    return number;
  }

  #forEachRow({ kind, namespace }: Scope, visit: (row: number) => void): void {
    const { cohorts, strings } = this.#tables;
    const number = this.#kindNumber(kind);
    const only = namespace === undefined ? NONE : strings.find(namespace);
    for (let scope = cohorts.firstScope(number); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (namespace === undefined || cohorts.namespaceOfScope(scope) === only) {
        cohorts.forEachOfScope(scope, (cohort) => cohorts.forEachMember(cohort, visit));
      }
    }
  }

  // Rows

  /** The row of a resource: its own, or that of the target it was waited for as, or a new one. */
  #place(record: ResourceRecord): number {
    const { rows, strings, uids, cohorts, references } = this.#tables;
    const namespace = strings.intern(record.namespace);
    const name = strings.intern(record.name);
    const scope = cohorts.holdScope(this.#kindNumber(record.kind), namespace);
    uids.parse(record.uid);

    const same = rows.findUid(uids.words, 0);
    if (same !== NONE && rows.has(same, THERE) && rows.findKey(scope, name) !== same) this.#remove(same);
    const other = rows.findKey(scope, name);
    if (other !== NONE && rows.has(other, THERE) && rows.findUid(uids.words, 0) !== other) {
      this.#remove(other);
    }

    const named = rows.findUid(uids.words, 0);
    const keyed = rows.findKey(scope, name);
    const row = keyed !== NONE ? keyed : named !== NONE ? named : rows.take();
    if (named !== NONE && named !== row) {
      references.moveByUid(named, row);
      this.#drop(named);
    }
    if (rows.has(row, IN_UID_INDEX)) uids.release(uids.words, 0);
    else rows.setUid(row, uids.words);
    strings.release(rows.name.data[row]!);
    rows.name.data[row] = name;
    this.#moveTo(row, cohorts.intern(scope, record));
    if (!rows.has(row, IN_KEY_INDEX)) rows.enterKey(row);
    cohorts.releaseScope(scope);
    strings.release(namespace);
    return row;
  }

  /** What was declared about the row before it came becomes relations. */
  #appear(row: number): void {
    const { rows } = this.#tables;
    rows.set(row, THERE, true);
    rows.since.data[row] = rows.unusedSince.data[row] = this.#now();
    this.#resources++;
    this.#visible = true;
    this.#forEachIncoming(row, (reference) => this.#activate(reference));
  }

  #remove(row: number): void {
    const { rows, strings, details, references, uids, cohorts } = this.#tables;
    this.#listener?.resourceLeaving(row);
    this.#clearReferences(row);
    this.#forEachIncoming(row, (reference) => {
      if (references.has(reference, ACTIVE)) this.#deactivate(reference);
    });
    rows.set(row, THERE | IDLE | FINISHED | RESTORED, false);
    rows.since.data[row] = this.#now();
    rows.status.data[row] = 0;
    details.give(rows.details.data[row]!);
    rows.details.data[row] = 0;
    strings.release(rows.message.data[row]!);
    rows.message.data[row] = 0;
    rows.clearResourceVersion(row);
    this.#resources--;
    this.#visible = true;

    const scope = cohorts.scope(rows.cohort.data[row]!);
    this.#moveTo(row, cohorts.internAbsent(scope));
    const byKey = references.firstIncoming(row, false) !== NONE;
    const byUid = references.firstIncoming(row, true) !== NONE;
    if (byKey && byUid) {
      const words = rows.uid.data.slice(row * 4, row * 4 + 4);
      rows.clearUid(row);
      const waiting = this.#takeTarget(scope, strings.retain(rows.name.data[row]!));
      rows.setUid(waiting, words);
      references.moveByUid(row, waiting);
    } else if (byKey) {
      rows.clearUid(row);
      uids.release(rows.uid.data, row * 4);
    } else if (byUid) rows.leaveKey(row);
    else this.#drop(row);
    this.#dropOrphans();
  }

  /** A row for what is not there, in no index yet. Takes over the hold on the name. */
  #takeTarget(scope: number, name: number): number {
    const { rows, cohorts } = this.#tables;
    const row = rows.take();
    rows.name.data[row] = name;
    rows.since.data[row] = this.#now();
    this.#moveTo(row, cohorts.internAbsent(scope));
    return row;
  }

  /** Gives back a row that is not there and that nothing refers to. */
  #drop(row: number): void {
    const { rows, strings, uids } = this.#tables;
    if (rows.has(row, IN_UID_INDEX)) {
      rows.clearUid(row);
      uids.release(rows.uid.data, row * 4);
    }
    if (rows.has(row, IN_KEY_INDEX)) rows.leaveKey(row);
    this.#moveTo(row, NONE);
    strings.release(rows.name.data[row]!);
    rows.give(row);
  }

  #dropOrphans(): void {
    const { rows, references } = this.#tables;
    for (const row of this.#orphans) {
      const waiting = !rows.has(row, THERE) && rows.has(row, IN_KEY_INDEX | IN_UID_INDEX);
      if (waiting && !references.isReferred(row)) this.#drop(row);
    }
    this.#orphans.length = 0;
  }

  /** Moves a row to another cohort, and with it what selects it. */
  #moveTo(row: number, cohort: number): void {
    const { rows, cohorts, selectors } = this.#tables;
    const old = rows.cohort.data[row]!;
    if (old === cohort) return;
    this.#visible = true;
    if (rows.has(row, THERE)) this.#listener?.resourceLeaving(row);
    if (cohort !== NONE && cohorts.size(cohort) === 0 && cohorts.labelSet(cohort) !== NONE) {
      selectors.cohortAdded(cohort);
    }
    if (old !== NONE) {
      cohorts.leave(old, row);
      selectors.forEachSelectorOf(old, (selector) => this.#relateSelected(selector, row, -1));
    }
    if (cohort !== NONE) {
      cohorts.join(cohort, row);
      selectors.forEachSelectorOf(cohort, (selector) => this.#relateSelected(selector, row, 1));
    }
    rows.cohort.data[row] = cohort;
    if (old !== NONE && cohorts.size(old) === 0) {
      selectors.cohortDropped(old);
      cohorts.drop(old);
    }
  }

  #setFlag(row: number, flag: number, on: boolean): void {
    const { rows } = this.#tables;
    if (rows.has(row, flag) === on) return;
    rows.set(row, flag, on);
    this.#visible = true;
  }

  // References

  /** Whether the row declares just what the record does. */
  #declares(row: number, record: ResourceRecord): boolean {
    const { references, selectors, cohorts } = this.#tables;
    let known = references.first(row);
    for (const reference of record.references) {
      if (known === NONE) return false;
      const target = this.#findTarget(reference);
      if (target === NONE || !references.equals(known, declaration(reference, target))) return false;
      known = references.after(known);
    }
    const namespace = cohorts.namespace(this.#tables.rows.cohort.data[row]!);
    for (const { kind, selector, type, required } of record.selectors) {
      if (known === NONE || !references.has(known, SELECTOR)) return false;
      const target = references.target.data[known]!;
      const scope = cohorts.findScope(this.#kindNumber(kind), namespace);
      if (!references.equals(known, selectorDeclaration({ type, required }, target))) return false;
      if (!selectors.equals(target, scope, selector)) return false;
      known = references.after(known);
    }
    return known === NONE;
  }

  #declare(row: number, record: ResourceRecord): void {
    const { references, rows, selectors, cohorts } = this.#tables;
    this.#visible = true;
    this.#clearReferences(row);
    let last = NONE;
    for (const reference of record.references) {
      const target = this.#target(reference);
      last = references.add({ source: row, previous: last }, declaration(reference, target));
      if (rows.has(target, THERE)) this.#activate(last);
    }
    const namespace = cohorts.namespace(rows.cohort.data[row]!);
    for (const reference of record.selectors) {
      const type = TYPE_NUMBERS.get(reference.type)!;
      const scope = cohorts.holdScope(this.#kindNumber(reference.kind), namespace);
      const selector = selectors.add({ source: row, type, scope }, reference.selector);
      selectors.emptySince.data[selector] = this.#now();
      last = references.add({ source: row, previous: last }, selectorDeclaration(reference, selector));
    }
    this.#dropOrphans();
  }

  #clearReferences(row: number): void {
    const { references, selectors, rows } = this.#tables;
    for (let reference = references.first(row); reference !== NONE; reference = references.first(row)) {
      const target = references.target.data[reference]!;
      if (references.has(reference, SELECTOR)) {
        selectors.remove(target);
        references.removeFirst(row);
      } else {
        if (references.has(reference, ACTIVE)) this.#deactivate(reference);
        references.removeFirst(row);
        if (!rows.has(target, THERE) && !references.isReferred(target)) this.#orphans.push(target);
      }
    }
  }

  #findTarget({ kind, namespace, name, uid }: Reference): number {
    const { rows, strings, uids, cohorts } = this.#tables;
    if (uid !== undefined) return uids.find(uid) ? rows.findUid(uids.words, 0) : NONE;
    const nameId = strings.find(name);
    const scope = cohorts.findScope(this.#kindNumber(kind), strings.find(namespace));
    return nameId === NONE || scope === NONE ? NONE : rows.findKey(scope, nameId);
  }

  /** The row that a reference points at, made where nothing is known of it. */
  #target(reference: Reference): number {
    const found = this.#findTarget(reference);
    if (found !== NONE) return found;
    const { rows, strings, uids, cohorts } = this.#tables;
    const namespace = strings.intern(reference.namespace);
    const scope = cohorts.holdScope(this.#kindNumber(reference.kind), namespace);
    const row = this.#takeTarget(scope, strings.intern(reference.name));
    if (reference.uid === undefined) rows.enterKey(row);
    else {
      uids.parse(reference.uid);
      rows.setUid(row, uids.words);
    }
    cohorts.releaseScope(scope);
    strings.release(namespace);
    return row;
  }

  #activate(reference: number): void {
    if (this.#tables.references.activate(reference)) this.#relateReferred(reference, 1);
  }

  #deactivate(reference: number): void {
    if (this.#tables.references.deactivate(reference)) this.#relateReferred(reference, -1);
  }

  #relateReferred(reference: number, count: 1 | -1): void {
    const { references } = this.#tables;
    const source = references.source.data[reference]!;
    const target = references.target.data[reference]!;
    this.#count(references.type.data[reference]!, { target, count });
    if (references.has(reference, REVERSED)) this.#listener?.relationChanged(target, source);
    else this.#listener?.relationChanged(source, target);
  }

  #relateSelected(selector: number, row: number, count: 1 | -1): void {
    const { selectors } = this.#tables;
    this.#count(selectors.type.data[selector]!, { target: row, count });
    this.#listener?.relationChanged(selectors.source.data[selector]!, row);
  }

  /** Counts a relation that is new or gone. Without its last one, its target may be unused. */
  #count(type: number, { target, count }: { target: number; count: 1 | -1 }): void {
    if (count < 0 && this.read.kind(target).unusedWithout === RELATION_TYPES[type]) {
      this.#tables.rows.unusedSince.data[target] = this.#now();
    }
    this.#relations[type]! += count;
    this.#visible = true;
  }

  #forEachIncoming(row: number, visit: (reference: number) => void): void {
    const { references } = this.#tables;
    for (const byUid of [false, true]) {
      let reference = references.firstIncoming(row, byUid);
      for (; reference !== NONE; reference = references.afterIncoming(reference)) visit(reference);
    }
  }
}

function keyOf({ group, kind }: ResourceKind): string {
  return `${group}/${kind}`;
}

function declaration(reference: Reference, target: number): Declaration {
  const { type, reversed, optional, uid, controller, via = 0 } = reference;
  const flags = (reversed ? REVERSED : 0) | (optional ? OPTIONAL : 0) | (uid === undefined ? 0 : BY_UID) |
    (controller ? CONTROLLER : 0);
  return { type: TYPE_NUMBERS.get(type)!, flags, target, via };
}

function selectorDeclaration(
  { type, required }: Pick<SelectorReference, "type" | "required">,
  target: number,
): Declaration {
  return { type: TYPE_NUMBERS.get(type)!, flags: required ? SELECTOR | REQUIRED : SELECTOR, target, via: 0 };
}

/** Returns nine random digits, the first of which is not zero. */
function randomDigits(): string {
  return String(100_000_000 + crypto.getRandomValues(new Uint32Array(1))[0]! % 900_000_000);
}
