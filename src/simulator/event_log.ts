/**
 * The last events of one kind, for watches that begin in the past and for lists of an earlier
 * revision. Positions count from the first event ever and are not revisions.
 */
import type { StoredObject } from "./stored_object.ts";

export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  /** What came to be; of a deletion, the last state under the revision of the deletion. */
  readonly object: StoredObject;
  /** What stood there before. */
  readonly previous?: StoredObject;
}

export class EventLog {
  readonly #limit: number;
  /** What went is cut off now and then; `#gone` counts the events that are no longer to be had. */
  #events: StoreEvent[] = [];
  #cut = 0;
  #gone = 0;
  #floor = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where the next event will stand. */
  get end(): number {
    return this.#cut + this.#events.length;
  }

  /** What came after this revision is still here. */
  reaches(revision: number): boolean {
    return revision >= this.#floor;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    if (this.end - this.#gone > this.#limit) this.#forget(this.end - this.#limit);
  }

  /** Undefined when the event is forgotten or yet to come. */
  at(position: number): StoreEvent | undefined {
    return position < this.#gone ? undefined : this.#events[position - this.#cut];
  }

  /** Whether a reader who stands here has missed nothing. */
  holds(position: number): boolean {
    return position >= this.#gone;
  }

  /** Where the first event after the revision stands; undefined when it may be forgotten. */
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

  /** Takes back everything after the revision, as a restore of etcd does. */
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
