import type { ResourceKind } from "../model/resource_kind.ts";
import { EventLog, type StoreEvent } from "./event_log.ts";
import { keyOf, type StoredObject } from "./stored_object.ts";

type ByName = Map<string, StoredObject>;

/** All objects of one kind, their recent events, and the listeners for new events. */
export class Collection {
  readonly kind: ResourceKind;
  readonly log: EventLog;
  readonly #byNamespace = new Map<string, ByName>();
  #size = 0;
  readonly #listeners = new Set<() => void>();
  /** The state of the last request. All pages of one list request the same state. */
  #sorted: { readonly position: number; readonly objects: readonly StoredObject[] } | undefined;

  constructor(kind: ResourceKind, history: number) {
    this.kind = kind;
    this.log = new EventLog(history);
  }

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  *values(): Generator<StoredObject, void> {
    for (const objects of this.#byNamespace.values()) yield* objects.values();
  }

  valuesIn(namespace: string): Iterable<StoredObject> {
    return this.#byNamespace.get(namespace)?.values() ?? [];
  }

  /** Returns the object at this place in the order of `values()`. */
  at(place: number): StoredObject | undefined {
    let before = 0;
    for (const objects of this.#byNamespace.values()) {
      if (place < before + objects.size) return objects.values().drop(place - before).next().value;
      before += objects.size;
    }
    return undefined;
  }

  apply(event: StoreEvent): void {
    if (event.type === "DELETED") this.#delete(event.object);
    else this.#put(event.object);
    this.log.push(event);
    for (const listener of this.#listeners) listener();
  }

  #put(object: StoredObject): void {
    let objects = this.#byNamespace.get(object.namespace);
    if (objects === undefined) this.#byNamespace.set(object.namespace, objects = new Map());
    if (!objects.has(object.name)) this.#size++;
    objects.set(object.name, object);
  }

  #delete({ namespace, name }: StoredObject): void {
    const objects = this.#byNamespace.get(namespace);
    if (!objects?.delete(name)) return;
    this.#size--;
    if (objects.size === 0) this.#byNamespace.delete(namespace);
  }

  /** Calls the listener after each event, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Returns the objects as they were right after the revision, by namespace and name; undefined if the
   * history does not reach back that far.
   */
  stateAt(revision: number): readonly StoredObject[] | undefined {
    const position = this.log.after(revision);
    if (position === undefined) return undefined;
    if (this.#sorted?.position !== position) {
      this.#sorted = { position, objects: this.#stateAt(position) };
    }
    return this.#sorted.objects;
  }

  /**
   * Returns the object of a key as it was right after the revision, in a list of at most one; undefined if the
   * history does not reach back that far. Unlike `stateAt`, it does not sort the collection.
   */
  objectAt(revision: number, key: { namespace: string; name: string }): readonly StoredObject[] | undefined {
    const position = this.log.after(revision);
    if (position === undefined) return undefined;
    let object = this.get(key.namespace, key.name);
    for (let at = this.log.end - 1; at >= position; at--) {
      const event = this.log.at(at);
      if (event?.object.name === key.name && event.object.namespace === key.namespace) {
        object = event.previous;
      }
    }
    return object === undefined ? [] : [object];
  }

  /**
   * Undoes every change after the revision.
   *
   * @throws {RangeError} if the history does not reach back that far.
   */
  rewind(revision: number): void {
    const state = this.stateAt(revision) ?? [];
    this.log.rewind(revision);
    this.#byNamespace.clear();
    this.#size = 0;
    for (const object of state) this.#put(object);
    this.#sorted = undefined;
  }

  #stateAt(position: number): readonly StoredObject[] {
    const state = new Map<string, StoredObject>();
    for (const object of this.values()) state.set(keyOf(object), object);
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
