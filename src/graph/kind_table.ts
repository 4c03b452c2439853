/**
 * The kinds of a graph, by number. Kinds come and go while the server runs. A kind keeps its number while it
 * is away, because views and sliced queries hold numbers between two writes, and nothing else may appear
 * under them. Only if very many kinds have gone, the number that was not used for the longest time is
 * assigned again.
 */
import { kindKey, type ResourceKind } from "../model/resource_kind.ts";

/** Kind numbers are 16 bits in the tables. */
const NUMBERS_MAX = 0xffff;
/** The maximum number of kinds that have gone and keep their numbers. */
const GONE_MAX = 1_000;

export class KindTable {
  readonly #all: ResourceKind[] = [];
  readonly #numbers = new Map<string, number>();
  /** Numbers of kinds that have gone, oldest first. */
  readonly #gone = new Map<string, number>();
  /** The numbers by object, so that a lookup needs no string. */
  readonly #seen = new WeakMap<ResourceKind, number>();
  readonly #synced = new Set<number>();
  #changes = 0;

  constructor(kinds: readonly ResourceKind[]) {
    for (const kind of kinds) this.add(kind);
  }

  /** All kinds by number, including those that have gone. Their entries have no resources. */
  get all(): readonly ResourceKind[] {
    return this.#all;
  }

  /** How often a kind was added or removed. */
  get changes(): number {
    return this.#changes;
  }

  /** Returns the number of a kind of any version. Returns undefined if the graph does not have it. */
  find(kind: ResourceKind): number | undefined {
    const seen = this.#seen.get(kind);
    if (seen !== undefined && this.#all[seen] === kind) return seen;
    return this.#numbers.get(kindKey(kind));
  }

  /** Returns the number of a kind that the graph has. */
  number(kind: ResourceKind): number {
    const number = this.find(kind);
    if (number === undefined) throw new TypeError(`The graph does not have the kind ${kind.kind}`);
    return number;
  }

  has(number: number): boolean {
    const kind = this.#all[number];
    return kind !== undefined && this.#numbers.get(kindKey(kind)) === number;
  }

  /** Adds a kind, or replaces it if it has another version. Returns its number. */
  add(kind: ResourceKind): number {
    const key = kindKey(kind);
    const number = this.#numbers.get(key) ?? this.#gone.get(key) ?? this.#unused();
    this.#gone.delete(key);
    this.#numbers.set(key, number);
    this.#all[number] = kind;
    this.#seen.set(kind, number);
    this.#changes++;
    return number;
  }

  remove(number: number): void {
    const kind = this.#all[number]!;
    this.#numbers.delete(kindKey(kind));
    this.#seen.delete(kind);
    this.#synced.delete(number);
    this.#gone.set(kindKey(kind), number);
    this.#changes++;
  }

  isSynced(number: number): boolean {
    return this.#synced.has(number);
  }

  /** Sets whether the resources of a kind are current. Returns whether that is new. */
  setSynced(number: number, synced: boolean): boolean {
    if (this.#synced.has(number) === synced) return false;
    if (synced) this.#synced.add(number);
    else this.#synced.delete(number);
    return true;
  }

  #unused(): number {
    const [oldest] = this.#gone;
    if (oldest !== undefined && (this.#gone.size >= GONE_MAX || this.#all.length === NUMBERS_MAX)) {
      this.#gone.delete(oldest[0]);
      return oldest[1];
    }
    if (this.#all.length === NUMBERS_MAX) throw new RangeError(`More than ${NUMBERS_MAX} kinds`);
    return this.#all.length;
  }
}
