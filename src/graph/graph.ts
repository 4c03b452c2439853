/**
 * The graph of resources and their relations: the only state of the process. `ingest` alone writes it.
 *
 * Invariants: `upsert`, `remove` and `endReplace` are atomic, because nothing else runs meanwhile. A
 * relation exists exactly while both its resources are present and one of them declares it, whatever the
 * order in which they came. No two resources share a uid or a key. An equal record changes nothing.
 *
 * The graph does not interpret objects: `kinds` does. It does not encode answers: `http` does, from `read`.
 */
import type { ResourceRecord } from "../model/record.ts";
import { comparePrecedence, type ResourceKind } from "../model/resource_kind.ts";
import type { Scope, Stock } from "../model/resource_sink.ts";
import { STATUSES } from "../model/status.ts";
import { NONE } from "../arrays/columns.ts";
import { Changes } from "./changes.ts";
import { Declarations } from "./declarations.ts";
import { KindTable } from "./kind_table.ts";
import type { GraphListener } from "./listener.ts";
import { Placement } from "./placement.ts";
import { GraphReader } from "./queries/reader.ts";
import { GraphStock } from "./queries/stock.ts";
import { Relations } from "./relations.ts";
import { Suspects } from "./suspects.ts";
import { FINISHED, IDLE, ON_HOLD, RESTORED, SEEN } from "./tables/rows.ts";
import { Tables } from "./tables/tables.ts";
import { validate } from "./validate.ts";

export class Graph {
  /** The read side. */
  readonly read: GraphReader;
  readonly #kinds: KindTable;
  /** Numbers of kinds that lack resources because another kind has them. */
  readonly #mirrors = new Set<number>();
  readonly #tables: Tables;
  readonly #changes = new Changes();
  readonly #relations: Relations;
  readonly #suspects: Suspects;
  readonly #placement: Placement;
  readonly #declarations: Declarations;
  /** Strings that the read side holds from the start, once each. */
  readonly #constants: readonly number[];
  readonly #now: () => number;
  /** The time when the revision was last read, in seconds since 1970. */
  #time: number;

  /** @param clock Returns milliseconds since 1970. */
  constructor(kinds: readonly ResourceKind[], clock: () => number = Date.now) {
    this.#kinds = new KindTable(kinds);
    this.#tables = new Tables({
      selected: (selector, cohort) => this.#relations.selected(selector, cohort),
      deselected: (selector, cohort) => this.#relations.deselected(selector, cohort),
    });
    kinds.forEach((_, number) => this.#tables.cohorts.openKind(number));
    const changes = this.#changes;
    const now = () => Math.floor(clock() / 1000);
    const kindNumber = (kind: ResourceKind) => this.#kinds.number(kind);
    const suspects = new Suspects(this.#tables, this.#kinds.all);
    const relations = new Relations(this.#tables, { suspects, changes, now });
    const common = { changes, relations, suspects, kindNumber, now };
    const placement = new Placement(this.#tables, common);
    this.#suspects = suspects;
    this.#relations = relations;
    this.#placement = placement;
    this.#declarations = new Declarations(this.#tables, { ...common, placement });
    this.#now = now;
    this.#time = now();
    this.read = new GraphReader(this.#tables, {
      kinds: this.#kinds,
      relations: relations.counts,
      process: randomDigits(),
      revision: () => this.#revisionNow(),
      time: () => this.#time,
      resources: () => placement.resources,
    });
    this.#constants = Array.from({ length: this.#tables.strings.count - 1 }, (_, i) => i + 1);
  }

  /** Notifies a listener of every change until the returned function is called. */
  listen(listener: GraphListener): () => void {
    return this.#changes.listen(listener);
  }

  /**
   * Returns the inconsistencies of the graph: an empty array if it is sound. Takes about as long as building
   * the graph. A listener must not call it.
   */
  validate(): string[] {
    return validate(this.#tables, {
      hasKind: (kind) => this.#kinds.has(kind),
      kinds: this.#kinds.all,
      relations: this.#relations.counts,
      resources: this.#placement.resources,
      constants: this.#constants,
    });
  }

  /**
   * Adds a kind, or replaces the one of the same group and name by another version of it. Its resources
   * remain.
   */
  addKind(kind: ResourceKind): void {
    const isNew = this.#kinds.find(kind) === undefined;
    const number = this.#kinds.add(kind);
    if (isNew) this.#tables.cohorts.openKind(number);
    this.#changes.begin();
    this.#changes.note();
    if (isNew) return;
    this.#forEachRow({ kind }, (row) => {
      this.#suspects.written(row);
      this.#changes.resourceChanged(row);
    });
  }

  /**
   * Removes a kind with its resources, and with what other resources declare about it. Returns the kinds of
   * these resources: they must be listed again when the kind comes back.
   */
  removeKind(kind: ResourceKind): ReadonlySet<ResourceKind> {
    const number = this.#kinds.find(kind);
    const declaring = new Set<ResourceKind>();
    if (number === undefined) return declaring;
    this.#mirrors.delete(number);
    this.#changes.begin();
    this.#changes.note();
    const rows: number[] = [];
    this.#forEachRow({ kind }, (row) => rows.push(row));
    for (const row of rows) this.#remove(row);
    this.#declarations.forgetKind(number, (row) => {
      declaring.add(this.read.kind(row));
      this.#changes.resourceChanged(row);
    });
    this.#kinds.remove(number);
    return declaring;
  }

  /** Returns the kinds that lack resources because another kind has them, or had them. */
  get mirrors(): readonly ResourceKind[] {
    return Array.from(this.#mirrors, (number) => this.#kinds.all[number]!);
  }

  /** Adds or changes a resource. Returns whether a reader can see a difference. */
  upsert(record: ResourceRecord): boolean {
    this.#changes.begin();
    if (!this.#isKnownOtherwise(record)) this.#write(record);
    return this.#changes.visible;
  }

  /** Adds a resource from a database: it is `RESTORED` until it is upserted. */
  restore(record: ResourceRecord): boolean {
    this.#changes.begin();
    if (!this.#isKnownOtherwise(record)) this.#tables.rows.set(this.#write(record), RESTORED, true);
    return this.#changes.visible;
  }

  /** Removes a resource that was restored and not upserted since. Returns whether it was removed. */
  forget(uid: string): boolean {
    const row = this.#placement.findPresent(uid);
    return row !== NONE && this.#tables.rows.has(row, RESTORED) && this.remove(uid);
  }

  /** Removes a resource, if given only one of that kind. Returns whether it was present. */
  remove(uid: string, kind?: ResourceKind): boolean {
    this.#changes.begin();
    const row = this.#placement.findPresent(uid);
    const isIt = row !== NONE && (kind === undefined || this.read.kindNumber(row) === this.#kinds.find(kind));
    if (isIt) this.#remove(row);
    return this.#changes.visible;
  }

  /** Returns the number of resources of a scope. */
  size(scope: Scope): number {
    let count = 0;
    this.#forEachScope(scope, (number) => count += this.#tables.cohorts.population(number));
    return count;
  }

  /** Returns the resources of a scope, to be compared with a list. */
  stock(scope: Scope): Stock {
    return new GraphStock(this.#tables, this.#kinds.number(scope.kind), scope);
  }

  /**
   * Begins a complete list of the scope. `endReplace` removes the resources that are not upserted until then.
   */
  beginReplace(scope: Scope): void {
    this.#forEachRow(scope, (row) => this.#tables.rows.set(row, SEEN, false));
  }

  /** Ends a complete list: removes the resources that it did not contain, and returns their number. */
  endReplace(scope: Scope): number {
    const unlisted: number[] = [];
    this.#forEachRow(scope, (row) => {
      if (!this.#tables.rows.has(row, SEEN)) unlisted.push(row);
    });
    this.#changes.begin();
    for (const row of unlisted) this.#remove(row);
    return unlisted.length;
  }

  /** Sets whether the resources of a kind are current. Readers see the difference, so the revision increases. */
  setSynced(kind: ResourceKind, synced: boolean): void {
    if (!this.#kinds.setSynced(this.#kinds.number(kind), synced)) return;
    this.#changes.begin();
    this.#changes.note();
  }

  /**
   * Reports whether the resource is present as one of another kind, under which the API server serves the
   * same object, and which comes first.
   */
  #isKnownOtherwise({ kind, uid }: ResourceRecord): boolean {
    if (!kind.custom) return false;
    const row = this.#placement.findPresent(uid);
    if (row === NONE) return false;
    const known = this.read.kind(row);
    if (this.#kinds.find(known) === this.#kinds.find(kind)) return false;
    const isSecond = comparePrecedence(known, kind) < 0;
    this.#mirrors.add(this.#kinds.number(isSecond ? kind : known));
    return isSecond;
  }

  /** Returns the row. */
  #write(record: ResourceRecord): number {
    const { rows, strings, details } = this.#tables;
    const changes = this.#changes;
    const row = this.#placement.place(record, this.#remove);

    const status = STATUSES.indexOf(record.status);
    if (rows.status.data[row] !== status) {
      rows.status.data[row] = status;
      rows.since.data[row] = this.#now();
      changes.note();
    }
    if (rows.createdAt.data[row] !== record.createdAt) {
      rows.createdAt.data[row] = record.createdAt;
      changes.note();
    }
    const message = strings.intern(record.message);
    strings.release(rows.message.data[row]!);
    if (rows.message.data[row] !== message) {
      rows.message.data[row] = message;
      changes.note();
    }
    const oldBlock = rows.details.data[row]!;
    const block = details.replace(oldBlock, record);
    if (block !== oldBlock) {
      rows.details.data[row] = block;
      changes.note();
    }
    this.#setFlag(row, IDLE, record.idle);
    this.#setFlag(row, FINISHED, record.finished);
    this.#setFlag(row, ON_HOLD, record.onHold);
    rows.set(row, SEEN, true);
    rows.set(row, RESTORED, false);
    rows.setResourceVersion(row, record.resourceVersion);
    this.#declarations.declare(row, record);
    this.#suspects.written(row);
    if (changes.visible) changes.resourceChanged(row);
    return row;
  }

  /** Removes the resource of a row. */
  readonly #remove = (row: number): void => {
    this.#changes.resourceLeaving(row);
    this.#declarations.clear(row);
    this.#placement.vacate(row);
    this.#declarations.dropOrphans();
  };

  /** Returns the revision. It also increases when a problem begins only because time has passed. */
  #revisionNow(): number {
    const now = this.#now();
    if (now !== this.#time && this.read.beginsByTime(this.#time, now)) this.#changes.passTime();
    this.#time = now;
    return this.#changes.revision;
  }

  #setFlag(row: number, flag: number, on: boolean): void {
    const { rows } = this.#tables;
    if (rows.has(row, flag) === on) return;
    rows.set(row, flag, on);
    if (flag === FINISHED) this.#suspects.finished(row, on);
    this.#changes.note();
  }

  #forEachRow(scope: Scope, visit: (row: number) => void): void {
    const { cohorts } = this.#tables;
    this.#forEachScope(scope, (number) => {
      cohorts.forEachOfScope(number, (cohort) => cohorts.forEachMember(cohort, visit));
    });
  }

  #forEachScope({ kind, namespace }: Scope, visit: (scope: number) => void): void {
    const { cohorts, strings } = this.#tables;
    const number = this.#kinds.find(kind);
    // A reflector may be stopping while its kind has gone.
    if (number === undefined) return;
    const only = namespace === undefined ? NONE : strings.find(namespace);
    for (let scope = cohorts.firstScope(number); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (namespace === undefined || cohorts.namespaceOfScope(scope) === only) visit(scope);
    }
  }
}

/** Returns nine random digits, the first of which is not zero. */
function randomDigits(): string {
  return String(100_000_000 + crypto.getRandomValues(new Uint32Array(1))[0]! % 900_000_000);
}
