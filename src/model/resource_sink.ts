import type { ResourceKind } from "./resource_kind.ts";

/** The part of the cluster that one list and its watch cover: a kind, or a kind in one namespace. */
export interface Scope {
  readonly kind: ResourceKind;
  readonly namespace?: string | undefined;
}

/**
 * The receiver of the objects that a reflector reads. Between `begin` and `end` (or `abandon`) it receives
 * the objects of one complete list, and possibly removals. After `end` it receives events. Objects are parsed
 * JSON that nobody has checked yet. All calls are synchronous: an object is processed when the call returns.
 * They never throw because of the content of an object.
 */
export interface ResourceSink {
  /** Starts a complete list of the scope, and abandons one that is not finished. */
  begin(scope: Scope): void;
  /** Takes an object of a list, or an added or modified object. */
  upsert(scope: Scope, object: unknown): void;
  /** Takes a deleted object, in its last state. */
  remove(scope: Scope, object: unknown): void;
  /** Ends a complete list: resources that it did not contain no longer exist. */
  end(scope: Scope): void;
  /** Ends a list that failed half-way: it removes nothing. */
  abandon(scope: Scope): void;
  /** Returns the number of objects that are held of the scope. */
  size(scope: Scope): number;
  /** Returns the stock of the scope, to be compared with a list. */
  stock(scope: Scope): Stock;
}

/** The objects that a sink holds of a scope, as they are at each call. */
export interface Stock {
  /** Ticks an object off. Returns the resourceVersion that is held of it, or undefined where none is. */
  tick(uid: string): string | undefined;
  /** Returns the uids of the objects that were not ticked off. */
  rest(): string[];
}
