/**
 * What etcd and the API server's registry are to a cluster: objects under keys, one counter of
 * revisions over all of them, and the recent past of each kind.
 *
 * Every call is synchronous, and watches hear of it before the next turn of the event loop. Objects go
 * in and come out as copies. Nothing is validated, defaulted or collected: what a cluster's controllers
 * do, the caller does. A new object that brings its uid along is stored as it is, so that objects can name
 * one another before they exist.
 */
import { matches } from "../model/label_selector.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { ApiError, conflict, notFound } from "./api_error.ts";
import { Collection } from "./collection.ts";
import type { KubeObject } from "./kube_object.ts";
import { Random } from "./random.ts";
import { load, store, type StoredObject } from "./stored_object.ts";

export interface ObjectStoreOptions {
  /** Of the uids. */
  readonly seed: number;
  /** How many events of each kind are kept. */
  readonly history: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class ObjectStore {
  readonly #collections = new Map<string, Collection>();
  readonly #random: Random;
  readonly #now: () => number;
  #revision = 1;

  constructor(kinds: readonly ResourceKind[], { seed, history, now }: ObjectStoreOptions) {
    // Not the sequence from which a sample cluster of the same seed has its uids.
    this.#random = new Random(~seed);
    this.#now = now;
    for (const kind of kinds) this.#collections.set(kind.kind, new Collection(kind, history));
  }

  /** Of the last change. */
  get revision(): number {
    return this.#revision;
  }

  get collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /** @throws {ApiError} 404 when the simulator was not given such a kind. */
  collection(kind: string): Collection {
    const collection = this.#collections.get(kind);
    if (collection === undefined) throw new ApiError(404, "the server could not find the requested resource");
    return collection;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    const collection = this.collection(kind);
    const stored = collection.get(namespace, name);
    return stored && load(collection.kind, stored);
  }

  /** All objects of the kind, or those in one namespace, in no promised order. */
  list(kind: string, namespace?: string): KubeObject[] {
    const collection = this.collection(kind);
    const objects: KubeObject[] = [];
    for (const stored of collection.values()) {
      if (namespace === undefined || stored.namespace === namespace) {
        objects.push(load(collection.kind, stored));
      }
    }
    return objects;
  }

  /** The objects of a namespace that carry all of these labels. */
  select(kind: string, namespace: string, labels: Readonly<Record<string, string>>): KubeObject[] {
    const collection = this.collection(kind);
    const selector = Object.entries(labels).map(([key, value]) => ({
      key,
      operator: "In" as const,
      values: [value],
    }));
    return Array.from(collection.values())
      .filter((stored) => stored.namespace === namespace && matches(selector, stored.labels))
      .map((stored) => load(collection.kind, stored));
  }

  /** The name of one of the kind's objects, each as likely as the others; undefined when there is none. */
  pick(kind: string, random: Random): { namespace: string; name: string } | undefined {
    const collection = this.collection(kind);
    const [picked] = collection.size === 0 ? [] : collection.values().drop(random.below(collection.size));
    return picked && { namespace: picked.namespace, name: picked.name };
  }

  /** @throws {ApiError} 409 when there is one of that name. */
  create(object: KubeObject): KubeObject {
    const collection = this.collection(object.kind);
    const { namespace = "", name } = object.metadata;
    if (collection.get(namespace, name) !== undefined) {
      throw conflict(collection.kind, { name, problem: "already exists", reason: "AlreadyExists" });
    }
    const stored = store(object.metadata.uid === undefined ? this.#born(object) : object, ++this.#revision);
    collection.apply({ type: "ADDED", revision: this.#revision, object: stored });
    return load(collection.kind, stored);
  }

  /**
   * Puts the object in the place of the one of its name. What differs in nothing changes nothing.
   *
   * @throws {ApiError} 404 when there is none; 409 when it names a uid or resourceVersion that is not
   * the present one.
   */
  update(object: KubeObject): KubeObject {
    const collection = this.collection(object.kind);
    const { namespace = "", name, uid, resourceVersion } = object.metadata;
    const stored = this.#existing(collection, namespace, name);
    const present = load(collection.kind, stored);
    if ((uid ?? present.metadata.uid) !== present.metadata.uid) {
      throw conflict(collection.kind, { name, problem: "has another uid" });
    }
    if ((resourceVersion ?? present.metadata.resourceVersion) !== present.metadata.resourceVersion) {
      throw conflict(collection.kind, { name, problem: "has been modified" });
    }
    const { deletionTimestamp, generation } = present.metadata;
    const specChanged = JSON.stringify(object.spec) !== JSON.stringify(present.spec);
    const updated: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: present.metadata.uid as string,
        creationTimestamp: present.metadata.creationTimestamp as string,
        resourceVersion: present.metadata.resourceVersion as string,
        ...(generation === undefined ? {} : { generation: generation + (specChanged ? 1 : 0) }),
        ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      },
    };
    if (JSON.stringify(updated) === JSON.stringify(present)) return present;
    if (deletionTimestamp !== undefined && (updated.metadata.finalizers ?? []).length === 0) {
      return this.#remove(collection, stored, updated);
    }
    return this.#modify(collection, stored, updated);
  }

  /**
   * Merges `patch` into the object (RFC 7386): what it sets to null is removed, arrays are replaced.
   *
   * @throws {ApiError} as `update`.
   */
  patch(
    kind: string,
    { namespace = "", name }: { namespace?: string; name: string },
    patch: object,
  ): KubeObject {
    const collection = this.collection(kind);
    const present = load(collection.kind, this.#existing(collection, namespace, name));
    return this.update(merge(present, patch) as KubeObject);
  }

  /** Merges `status` into the object's status. */
  patchStatus(kind: string, key: { namespace?: string; name: string }, status: object): KubeObject {
    return this.patch(kind, key, { status });
  }

  /**
   * Deletes the object, or, while it has finalizers, marks it as being deleted; an update that takes
   * the last finalizer away then deletes it.
   *
   * @throws {ApiError} 404 when there is none.
   */
  delete(kind: string, namespace: string, name: string): KubeObject {
    const collection = this.collection(kind);
    const stored = this.#existing(collection, namespace, name);
    const object = load(collection.kind, stored);
    if ((object.metadata.finalizers ?? []).length === 0) return this.#remove(collection, stored, object);
    if (object.metadata.deletionTimestamp !== undefined) return object;
    object.metadata.deletionTimestamp = this.#time();
    return this.#modify(collection, stored, object);
  }

  /** Forgets the past: older watches, lists and continue tokens get 410 from here on. */
  compact(): void {
    for (const { log } of this.#collections.values()) log.compact(this.#revision);
  }

  /**
   * Goes back to an earlier revision, as an etcd that is restored from a backup: what comes next takes the
   * revisions again that the lost changes had. Only while the simulator is down.
   *
   * @throws {RangeError} when the history does not reach back so far.
   */
  rewind(revision: number): void {
    for (const collection of this.#collections.values()) collection.rewind(revision);
    this.#revision = revision;
  }

  #born({ metadata, ...rest }: KubeObject): KubeObject {
    return {
      ...rest as KubeObject,
      metadata: {
        ...metadata,
        uid: this.#random.uuid(),
        creationTimestamp: this.#time(),
        ...(rest.spec === undefined ? {} : { generation: 1 }),
      },
    };
  }

  #existing(collection: Collection, namespace: string, name: string): StoredObject {
    const stored = collection.get(namespace, name);
    if (stored === undefined) throw notFound(collection.kind, name);
    return stored;
  }

  #modify(collection: Collection, previous: StoredObject, object: KubeObject): KubeObject {
    const stored = store(object, ++this.#revision);
    collection.apply({ type: "MODIFIED", revision: this.#revision, object: stored, previous });
    return load(collection.kind, stored);
  }

  #remove(collection: Collection, previous: StoredObject, object: KubeObject): KubeObject {
    const stored = store(object, ++this.#revision);
    collection.apply({ type: "DELETED", revision: this.#revision, object: stored, previous });
    return load(collection.kind, stored);
  }

  /** RFC 3339 in whole seconds, as Kubernetes writes it. */
  #time(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+/, "");
  }
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
