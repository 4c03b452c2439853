import { matches } from "../model/label_selector.ts";
import type { Piece, PieceSource } from "./answer_stream.ts";
import { expired } from "./api_error.ts";
import type { Collection } from "./collection.ts";
import type { StoreEvent } from "./event_log.ts";
import { matchesFields } from "./field_selector.ts";
import type { KubeObject } from "./kube_object.ts";
import { type ListRequest, selected } from "./list.ts";
import { load, store, type StoredObject } from "./stored_object.ts";

const encoder = new TextEncoder();

/**
 * The events of a watch: first the existing objects if they were requested, then events from the log. A watch
 * only keeps its position in the log. It gets 410 if it begins too long ago, or falls so far behind that the
 * log no longer has its next event.
 */
export class Watch implements PieceSource {
  readonly #request: ListRequest;
  readonly #initial: Iterator<StoredObject>;
  #listing: boolean;
  #position: number;
  /** All events up to this revision have been sent or do not concern this watch. */
  #revision: number;
  #bookmarkWanted = false;
  #failed = false;
  readonly #unlisten: () => void;

  constructor(request: ListRequest, wake: () => void) {
    const { collection, options, revision } = request;
    this.#request = request;
    this.#listing = options.sendInitialEvents ?? (options.revision ?? 0) === 0;
    this.#revision = this.#listing ? revision : options.revision || revision;
    const state = this.#listing ? collection.stateAt(revision) ?? [] : [];
    this.#initial = selected(state, request)[Symbol.iterator]();
    this.#position = this.#listing ? collection.log.end : collection.log.after(this.#revision) ?? -1;
    this.#unlisten = collection.listen(wake);
  }

  next(): Piece | "wait" | "end" {
    if (this.#failed) return "end";
    if (this.#listing) {
      const { done, value } = this.#initial.next();
      if (!done) return this.#request.representation.added(value);
      this.#listing = false;
      if (this.#request.options.sendInitialEvents && this.#request.options.allowWatchBookmarks) {
        return [this.#request.representation.bookmark(this.#revision, { endsInitialEvents: true })];
      }
    }
    const { log } = this.#request.collection;
    if (!log.holds(this.#position)) {
      this.#failed = true;
      const status = expired(`too old resource version: ${this.#revision}`);
      return [encoder.encode(`${JSON.stringify({ type: "ERROR", object: status })}\n`)];
    }
    for (let event = log.at(this.#position); event !== undefined; event = log.at(this.#position)) {
      this.#position++;
      if (event.revision <= this.#revision) continue;
      this.#revision = event.revision;
      const piece = this.#pieceOf(event);
      if (piece !== undefined) return piece;
    }
    if (this.#bookmarkWanted) {
      this.#bookmarkWanted = false;
      return [this.#request.representation.bookmark(this.#revision, { endsInitialEvents: false })];
    }
    return "wait";
  }

  /** Requests a bookmark with the current revision of the store, to be sent after the events. */
  bookmark(revision: number): void {
    if (!this.#request.options.allowWatchBookmarks) return;
    this.#bookmarkWanted = true;
    if (!this.#listing && this.#position === this.#request.collection.log.end) {
      this.#revision = Math.max(this.#revision, revision);
    }
  }

  close(): void {
    this.#unlisten();
  }

  #pieceOf(event: StoreEvent): Piece | undefined {
    const { collection, namespace, options: { selector, fields }, representation } = this.#request;
    const { type, object, previous } = event;
    if ((namespace ?? object.namespace) !== object.namespace) return undefined;
    if (!matchesFields(fields, object)) return undefined;
    if (selector.length === 0) return representation.event(event);

    const was = previous !== undefined && matches(selector, previous.labels);
    const is = type !== "DELETED" && matches(selector, object.labels);
    if (was && is) return representation.event(event);
    if (is) return [representation.line("ADDED", object)];
    if (!was) return undefined;
    return [representation.line("DELETED", leaving(collection, previous, event))];
  }
}

/** An object that no longer matches is sent in its last matching state, with the revision of the change. */
function leaving({ kind }: Collection, previous: StoredObject, { revision }: StoreEvent): StoredObject {
  const object: KubeObject = load(kind, previous);
  return store(object, revision);
}
