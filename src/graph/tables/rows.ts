/**
 * The table of present resources, and of placeholders for targets that are absent. The indexes
 * find a present resource by uid and by key. They find a placeholder by its uid or by its key, depending on the
 * references to it. `placement.ts` lists the states of a row. Only `Graph` and its parts write the columns.
 */
import type { Cohorts } from "./cohorts.ts";
import { f64, NONE, Slots, u32, u8 } from "../../arrays/columns.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";

/** The row is a present resource, not a placeholder. */
export const THERE = 1;
export const IDLE = 2;
export const FINISHED = 4;
/** The resource was upserted since the list of its scope began. */
export const SEEN = 8;
export const IN_KEY_INDEX = 16;
export const IN_UID_INDEX = 32;
/** The resource was restored from Redis, and the API server has not confirmed it yet. */
export const RESTORED = 64;
/** The resource is Pending on purpose, such as a suspended Job. */
export const ON_HOLD = 128;

export class Rows {
  readonly #cohorts: Cohorts;
  readonly #strings: Strings;

  /** Four words per row. */
  readonly uid = u32(4);
  readonly name = u32();
  readonly cohort = u32();
  /** Seconds since 1970, 0 if unknown. */
  readonly createdAt = u32();
  /**
   * The time when the status of a resource, or the absence of a target, was first seen, in seconds since
   * 1970.
   */
  readonly since = u32();
  /**
   * The time when the resource appeared or last lost a relation of `unusedWithout`, in seconds since 1970.
   */
  readonly unusedSince = u32();
  readonly status = u8();
  readonly flags = u8();
  readonly message = u32();
  /** The block in `Details`. */
  readonly details = u32();
  /** The resourceVersion as a number. If it is not a number: the string id of its text, negated. */
  readonly resourceVersion = f64();
  /** The first reference that the row declares. `References` maintains it. */
  readonly outgoing = u32();
  /** The first references to the row by key, and by uid. `References` maintains them. */
  readonly incoming = u32(2);
  readonly #slots: Slots;

  readonly #byUid = new RowIndex((row) => hashOfUid(this.uid.data, row * 4));
  readonly #byKey = new RowIndex((row) =>
    mix(this.#cohorts.scope(this.cohort.data[row]!), this.name.data[row]!)
  );

  constructor(strings: Strings, cohorts: Cohorts) {
    this.#strings = strings;
    this.#cohorts = cohorts;
    this.#slots = new Slots([
      this.uid,
      this.name,
      this.cohort,
      this.createdAt,
      this.since,
      this.unusedSince,
      this.status,
      this.flags,
      this.message,
      this.details,
      this.resourceVersion,
      this.outgoing,
      this.incoming,
      ...cohorts.memberColumns,
    ]);
  }

  /** One past the highest row. Rows without THERE must be skipped. */
  get end(): number {
    return this.#slots.end;
  }

  get used(): number {
    return this.#slots.used;
  }

  /** Takes a free row and returns it. It is in no index, and nothing refers to it. */
  take(): number {
    const row = this.#slots.take();
    this.flags.data[row] = 0;
    this.status.data[row] = 0;
    this.createdAt.data[row] = 0;
    this.name.data[row] = 0;
    this.message.data[row] = 0;
    this.details.data[row] = 0;
    this.resourceVersion.data[row] = 0;
    this.cohort.data[row] = NONE;
    this.outgoing.data[row] = NONE;
    this.incoming.data.fill(NONE, row * 2, row * 2 + 2);
    return row;
  }

  give(row: number): void {
    this.flags.data[row] = 0;
    this.#slots.give(row);
  }

  has(row: number, flag: number): boolean {
    return (this.flags.data[row]! & flag) !== 0;
  }

  set(row: number, flag: number, on: boolean): void {
    if (on) this.flags.data[row]! |= flag;
    else this.flags.data[row]! &= ~flag;
  }

  findUid(words: Uint32Array, at: number): number {
    const uid = this.uid.data;
    const index = this.#byUid;
    for (let slot = index.slot(hashOfUid(words, at));; slot = index.after(slot)) {
      const row = index.at(slot);
      if (row === NONE) return NONE;
      const start = row * 4;
      if (
        uid[start] === words[at] && uid[start + 1] === words[at + 1] && uid[start + 2] === words[at + 2] &&
        uid[start + 3] === words[at + 3]
      ) return row;
    }
  }

  findKey(scope: number, name: number): number {
    const index = this.#byKey;
    for (let slot = index.slot(mix(scope, name));; slot = index.after(slot)) {
      const row = index.at(slot);
      if (row === NONE) return NONE;
      if (this.name.data[row] === name && this.#cohorts.scope(this.cohort.data[row]!) === scope) return row;
    }
  }

  setUid(row: number, words: Uint32Array): void {
    this.uid.data.set(words, row * 4);
    this.#byUid.add(row);
    this.set(row, IN_UID_INDEX, true);
  }

  clearUid(row: number): void {
    this.#byUid.remove(row);
    this.set(row, IN_UID_INDEX, false);
  }

  /** Adds the row to the key index, under its name and the scope of its cohort. */
  enterKey(row: number): void {
    this.#byKey.add(row);
    this.set(row, IN_KEY_INDEX, true);
  }

  leaveKey(row: number): void {
    this.#byKey.remove(row);
    this.set(row, IN_KEY_INDEX, false);
  }

  setResourceVersion(row: number, text: string): void {
    const number = Number(text);
    const exact = Number.isSafeInteger(number) && number > 0 && String(number) === text;
    const next = exact ? number : -this.#strings.intern(text);
    this.clearResourceVersion(row);
    this.resourceVersion.data[row] = next;
  }

  resourceVersionOf(row: number): string {
    const version = this.resourceVersion.data[row]!;
    if (version > 0) return String(version);
    return this.#strings.text(-version);
  }

  clearResourceVersion(row: number): void {
    const old = this.resourceVersion.data[row]!;
    if (old < 0) this.#strings.release(-old);
    this.resourceVersion.data[row] = 0;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { slots: this.#slots, byUid: this.#byUid, byKey: this.#byKey };
  }

  get bytes(): number {
    return this.#slots.bytes + this.#byUid.bytes + this.#byKey.bytes;
  }
}

/** Users can write any uid into an owner reference. The random seed prevents chosen uids from colliding in the index. */
const SEED = crypto.getRandomValues(new Uint32Array(1))[0]!;

function hashOfUid(words: Uint32Array, at: number): number {
  return mix(mix(words[at]! ^ SEED, words[at + 1]!), words[at + 2]!, words[at + 3]!);
}
