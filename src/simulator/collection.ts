import type { ResourceKind } from "../model/resource_kind.ts";
import { EventLog, type StoreEvent } from "./event_log.ts";
import { keyOf, type StoredObject } from "./stored_object.ts";

/** All objects of one kind, their recent past, and who wants to hear of what comes. */
export class Collection {
  readonly kind: ResourceKind;
  readonly log: EventLog;
  readonly #objects = new Map<string, StoredObject>();
  readonly #listeners = new Set<() => void>();
  /** The state that was asked for last: the pages of one list all ask for the same. */
  #sorted: { readonly position: number; readonly objects: readonly StoredObject[] } | undefined;

  constructor(kind: ResourceKind, history: number) {
    this.kind = kind;
    this.log = new EventLog(history);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#objects.get(keyOf({ namespace, name }));
  }

  values(): MapIterator<StoredObject> {
    return this.#objects.values();
  }

  apply(event: StoreEvent): void {
    const key = keyOf(event.object);
    if (event.type === "DELETED") this.#objects.delete(key);
    else this.#objects.set(key, event.object);
    this.log.push(event);
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener after each event, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The objects as they were right after the revision, by namespace and name; undefined when the
   * history does not reach back so far.
   */
  at(revision: number): readonly StoredObject[] | undefined {
    const position = this.log.after(revision);
    if (position === undefined) return undefined;
    if (this.#sorted?.position !== position) {
      this.#sorted = { position, objects: this.#stateAt(position) };
    }
    return this.#sorted.objects;
  }

  /**
   * Takes back everything after the revision.
   *
   * @throws {RangeError} when the history does not reach back so far.
   */
  rewind(revision: number): void {
    const state = this.at(revision) ?? [];
    this.log.rewind(revision);
    this.#objects.clear();
    for (const object of state) this.#objects.set(keyOf(object), object);
    this.#sorted = undefined;
  }

  #stateAt(position: number): readonly StoredObject[] {
    const state = new Map(this.#objects);
    for (let at = this.log.end - 1; at >= position; at--) {
      const event = this.log.at(at);
      if (event === undefined) continue;
      if (event.previous === undefined) state.delete(keyOf(event.object));
      else state.set(keyOf(event.object), event.previous);
    }
    return Array.from(state)
      .sort(([left], [right]) => left < right ? -1 : 1)
      .map(([, object]) => object);
  }
}
