/**
 * The table of references, which resources declare to one another. A reference is in the list of its source, in the order of
 * declaration, and in one of the two lists of its target: by key or by uid. The target may be a placeholder.
 * A reference whose target is present is *active*: it makes a relation, unless its type forbids one between
 * these two. If two active references make the same relation (a claim names its volume, the volume names its
 * claim), one of them is a *duplicate*, which does not count.
 */
import { NONE, Slots, u16, u32, u8 } from "../../arrays/columns.ts";
import { Lists } from "../../arrays/lists.ts";
import type { Rows } from "./rows.ts";

/** The relation goes from the target to the source. */
export const REVERSED = 1;
export const OPTIONAL = 2;
export const BY_UID = 4;
/** The target is a selector, not a row. */
export const SELECTOR = 8;
/** A selector that selects nothing is a problem. */
export const REQUIRED = 16;
export const ACTIVE = 32;
export const DUPLICATE = 64;
/** The target controls the source. */
export const CONTROLLER = 128;
/** All flags of a freed reference. A selector is never active, so no reference in use looks like it. */
export const FREED = SELECTOR | ACTIVE;

/** The flags that are declared. The others follow from the presence of targets. */
const DECLARED = REVERSED | OPTIONAL | BY_UID | SELECTOR | REQUIRED | CONTROLLER;

/** The note of a reference by uid that names a kind that is not tracked. */
export const UNTRACKED = 0;
/** The note of a reference by uid whose target is present and has the key that the reference names. */
export const AS_TARGET = 1;
/** The note of a reference by uid that has a mention. */
export const MENTIONED = 2;

/** A reference as its source declares it. */
export interface Declaration {
  readonly type: number;
  readonly flags: number;
  /** A row or a selector. */
  readonly target: number;
  /**
   * For a reference by uid: `UNTRACKED`, `AS_TARGET` or `MENTIONED`. Otherwise its places, as bits of `VIAS`.
   */
  readonly note: number;
}

export class References {
  readonly #rows: Rows;
  readonly source = u32();
  readonly target = u32();
  readonly type = u8();
  readonly flags = u8();
  readonly note = u16();
  readonly #next = u32();
  readonly #incoming: Lists;
  readonly #slots: Slots;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#incoming = new Lists(rows.incoming);
    this.#slots = new Slots([
      this.source,
      this.target,
      this.type,
      this.flags,
      this.note,
      this.#next,
      this.#incoming.next,
      this.#incoming.previous,
    ]);
  }

  /** Returns the first reference that a row declares. `after` returns those that follow. */
  first(row: number): number {
    return this.#rows.outgoing.data[row]!;
  }

  after(reference: number): number {
    return this.#next.data[reference]!;
  }

  /** Returns the first reference to a row, by key or by uid. `afterIncoming` returns those that follow. */
  firstIncoming(row: number, byUid: boolean): number {
    return this.#incoming.first(row * 2 + Number(byUid));
  }

  afterIncoming(reference: number): number {
    return this.#incoming.after(reference);
  }

  isReferred(row: number): boolean {
    return this.firstIncoming(row, false) !== NONE || this.firstIncoming(row, true) !== NONE;
  }

  has(reference: number, flag: number): boolean {
    return (this.flags.data[reference]! & flag) !== 0;
  }

  /** Reports whether the reference is a relation that must be counted. */
  isRelation(reference: number): boolean {
    return (this.flags.data[reference]! & (ACTIVE | DUPLICATE | SELECTOR)) === ACTIVE;
  }

  /** Adds a reference to those of `source`, after `previous`, or as the first if that is NONE. */
  add({ source, previous }: { source: number; previous: number }, declaration: Declaration): number {
    const { type, flags, target, note } = declaration;
    const reference = this.#slots.take();
    this.source.data[reference] = source;
    this.target.data[reference] = target;
    this.type.data[reference] = type;
    this.flags.data[reference] = flags;
    this.note.data[reference] = note;
    this.#next.data[reference] = NONE;
    if (previous === NONE) this.#rows.outgoing.data[source] = reference;
    else this.#next.data[previous] = reference;
    if ((flags & SELECTOR) === 0) this.#incoming.add(this.#owner(reference), reference);
    return reference;
  }

  /** Removes the reference of a row that follows `previous`, or the first if that is NONE. */
  remove(row: number, previous: number): void {
    const reference = previous === NONE ? this.#rows.outgoing.data[row]! : this.#next.data[previous]!;
    const next = this.#next.data[reference]!;
    if (previous === NONE) this.#rows.outgoing.data[row] = next;
    else this.#next.data[previous] = next;
    if (!this.has(reference, SELECTOR)) this.#incoming.remove(this.#owner(reference), reference);
    this.flags.data[reference] = FREED;
    this.#slots.give(reference);
  }

  /** Reports whether a reference equals a declaration. */
  equals(reference: number, { type, flags, target, note }: Declaration): boolean {
    return this.target.data[reference] === target && this.type.data[reference] === type &&
      (this.flags.data[reference]! & DECLARED) === flags && this.note.data[reference] === note;
  }

  /** Reports whether a reference is one by uid with this note. */
  isNoted(reference: number, note: number): boolean {
    return this.has(reference, BY_UID) && this.note.data[reference] === note;
  }

  /** Returns the places of a reference, as bits of `VIAS`. */
  via(reference: number): number {
    return this.has(reference, BY_UID) ? 0 : this.note.data[reference]!;
  }

  /** Points all references by uid at `from` to `to`. */
  moveByUid(from: number, to: number): void {
    for (;;) {
      const reference = this.firstIncoming(from, true);
      if (reference === NONE) return;
      this.#incoming.remove(this.#owner(reference), reference);
      this.target.data[reference] = to;
      this.#incoming.add(this.#owner(reference), reference);
    }
  }

  /** Makes a reference active. Returns whether this makes a new relation. */
  activate(reference: number): boolean {
    const twin = this.#findTwin(reference);
    this.flags.data[reference]! |= twin === NONE ? ACTIVE : ACTIVE | DUPLICATE;
    return twin === NONE;
  }

  /** Makes a reference inactive. Returns whether this ends its relation. */
  deactivate(reference: number): boolean {
    const wasDuplicate = this.has(reference, DUPLICATE);
    this.flags.data[reference]! &= ~(ACTIVE | DUPLICATE);
    if (wasDuplicate) return false;
    const twin = this.#findTwin(reference);
    if (twin !== NONE) this.flags.data[twin]! &= ~DUPLICATE;
    return twin === NONE;
  }

  /** One past the highest reference. A freed one has the flags FREED. */
  get end(): number {
    return this.#slots.end;
  }

  get count(): number {
    return this.#slots.used;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { slots: this.#slots, incoming: this.#incoming };
  }

  get bytes(): number {
    return this.#slots.bytes;
  }

  /** Returns another active reference for the same relation, from the same source or back from the target. */
  #findTwin(reference: number): number {
    const source = this.source.data[reference]!;
    const target = this.target.data[reference]!;
    const type = this.type.data[reference]!;
    const reversed = this.flags.data[reference]! & REVERSED;
    for (let other = this.first(target); other !== NONE; other = this.after(other)) {
      if (
        this.target.data[other] === source && this.type.data[other] === type && other !== reference &&
        (this.flags.data[other]! & (ACTIVE | SELECTOR | REVERSED)) === (ACTIVE | (reversed ^ REVERSED))
      ) return other;
    }
    if (this.firstIncoming(target, !this.has(reference, BY_UID)) === NONE) return NONE;
    for (let other = this.first(source); other !== NONE; other = this.after(other)) {
      if (
        this.target.data[other] === target && this.type.data[other] === type && other !== reference &&
        (this.flags.data[other]! & (ACTIVE | SELECTOR | REVERSED)) === (ACTIVE | reversed)
      ) return other;
    }
    return NONE;
  }

  #owner(reference: number): number {
    return this.target.data[reference]! * 2 + Number(this.has(reference, BY_UID));
  }
}
