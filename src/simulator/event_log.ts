/**
 * The last events of one kind, for watches that begin in the past and for lists of an earlier revision.
 * A position counts from the first event ever. It is not a revision.
 */
import type { StoredObject } from "./stored_object.ts";

export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  /** The new state. For a deletion: the last state, with the revision of the deletion. */
  readonly object: StoredObject;
  /** The previous state. */
  readonly previous?: StoredObject;
}

export class EventLog {
  readonly #limit: number;
  /**
   * Forgotten events are removed from time to time. `#gone` counts the events that are no longer available.
   */
  #events: StoreEvent[] = [];
  #cut = 0;
  #gone = 0;
  #floor = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The position of the next event. */
  get end(): number {
    return this.#cut + this.#events.length;
  }

  /** The events after this revision are still available. */
  reaches(revision: number): boolean {
    return revision >= this.#floor;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    if (this.end - this.#gone > this.#limit) this.#forget(this.end - this.#limit);
  }

  /** Returns the event, or undefined if it is forgotten or has not happened yet. */
  at(position: number): StoreEvent | undefined {
    return position < this.#gone ? undefined : this.#events[position - this.#cut];
  }

  /** Reports whether a reader at this position has missed no event. */
  holds(position: number): boolean {
    return position >= this.#gone;
  }

  /** Returns the position of the first event after the revision, or undefined if it may be forgotten. */
  after(revision: number): number | undefined {
    if (!this.reaches(revision)) return undefined;
    let low = this.#gone;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.at(middle);
      if (event !== undefined && event.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Forgets everything up to the revision, as etcd does when it is compacted. */
  compact(revision: number): void {
    this.#forget(this.after(revision) ?? this.#gone);
    this.#floor = Math.max(this.#floor, revision);
  }

  /** Undoes every event after the revision, as a restore of etcd does. */
  rewind(revision: number): void {
    const end = this.after(revision);
    if (end === undefined) throw new RangeError(`the history does not reach back to revision ${revision}`);
    this.#events.length = end - this.#cut;
  }

  #forget(position: number): void {
    this.#floor = Math.max(this.#floor, this.at(position - 1)?.revision ?? 0);
    this.#gone = Math.max(this.#gone, position);
    if (this.#gone - this.#cut > this.#limit) {
      this.#events = this.#events.slice(this.#gone - this.#cut);
      this.#cut = this.#gone;
    }
  }
}
