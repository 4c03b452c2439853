/**
 * The table of resources, and of what is referred to and not there. A resource that is there is found
 * by uid and by key; a row that is not there stands for a target and is found by the one that names
 * it. Columns are written by `Graph` alone.
 */
import type { Cohorts } from "./cohorts.ts";
import { f64, NONE, Slots, u32, u8 } from "../../arrays/columns.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";

/** In the graph, not only referred to. */
export const THERE = 1;
export const IDLE = 2;
export const FINISHED = 4;
/** Touched since its scope's list began. */
export const SEEN = 8;
export const IN_KEY_INDEX = 16;
export const IN_UID_INDEX = 32;
/** As an earlier life saved it: nobody has told of it since. */
export const RESTORED = 64;
/** Pending because somebody wants it so, such as a suspended Job. */
export const ON_HOLD = 128;

export class Rows {
  readonly #cohorts: Cohorts;
  readonly #strings: Strings;

  /** Four words a row. */
  readonly uid = u32(4);
  readonly name = u32();
  readonly cohort = u32();
  /** Seconds since 1970, 0 when unknown. */
  readonly createdAt = u32();
  /** When its status, or for what is not there its absence, was first seen; seconds since 1970. */
  readonly since = u32();
  /** When it came, or last lost a relation of its kind's `unusedWithout`; seconds since 1970. */
  readonly unusedSince = u32();
  readonly status = u8();
  readonly flags = u8();
  readonly message = u32();
  /** A block of `Details`. */
  readonly details = u32();
  /** As a number where it is one; else minus the string id. */
  readonly resourceVersion = f64();
  /** First reference that the row declares; kept by `References`. */
  readonly outgoing = u32();
  /** First references at the row by key, and by uid; kept by `References`. */
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

  /** One past the highest row; those without THERE are to be skipped. */
  get end(): number {
    return this.#slots.end;
  }

  get used(): number {
    return this.#slots.used;
  }

  /** A row that nothing points at, not there, in no index. */
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

  /** Enters the key index under the name and the cohort that the row has by now. */
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

/** Owners' uids are what anybody writes: without the seed they could be made to collide. */
const SEED = crypto.getRandomValues(new Uint32Array(1))[0]!;

function hashOfUid(words: Uint32Array, at: number): number {
  return mix(mix(words[at]! ^ SEED, words[at + 1]!), words[at + 2]!, words[at + 3]!);
}
