import type { ResourceKind } from "./resource_kind.ts";

/** What one list and its watch cover: a kind, or a kind in one namespace. */
export interface Scope {
  readonly kind: ResourceKind;
  readonly namespace?: string;
}

/**
 * Where a reflector puts what it reads. Between `begin` and `end` (or `abandon`) come the objects of
 * one complete list, and may come removals; after `end` come events. Objects are parsed JSON that
 * nobody has looked at yet. All calls are synchronous; what they make of an object is done when they
 * return, and they do not throw for what an object holds.
 */
export interface ResourceSink {
  /** A complete list of the scope starts. A list that was begun before is abandoned. */
  begin(scope: Scope): void;
  /** An object of a list, or an added or modified one. */
  upsert(scope: Scope, object: unknown): void;
  /** A deleted object, in its last state. */
  remove(scope: Scope, object: unknown): void;
  /** The list was complete: what it did not have is gone. */
  end(scope: Scope): void;
  /** The list failed half-way: nothing is gone. */
  abandon(scope: Scope): void;
}
