import { matches } from "../model/label_selector.ts";
import type { Piece, PieceSource } from "./answer_stream.ts";
import { expired } from "./api_error.ts";
import type { Collection } from "./collection.ts";
import type { StoreEvent } from "./event_log.ts";
import type { KubeObject } from "./kube_object.ts";
import { type ListRequest, selected } from "./list.ts";
import { load, store, type StoredObject } from "./stored_object.ts";

const encoder = new TextEncoder();

/**
 * What a watch sends: the present objects where it was asked for them, then the events from the log,
 * in which it only keeps its place. One that falls so far behind that the log has lost what comes next
 * gets 410, as does one that begins too long ago.
 */
export class Watch implements PieceSource {
  readonly #request: ListRequest;
  readonly #initial: Iterator<StoredObject>;
  #listing: boolean;
  #position: number;
  /** Everything up to this revision has been sent or does not concern this watch. */
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

  /** Asks for a bookmark of this revision, the store's present one, once the events are sent. */
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
    const { collection, namespace, options: { selector, name }, representation } = this.#request;
    const { type, object, previous } = event;
    if ((namespace ?? object.namespace) !== object.namespace) return undefined;
    if ((name ?? object.name) !== object.name) return undefined;
    if (selector.length === 0) return representation.event(event);

    const was = previous !== undefined && matches(selector, previous.labels);
    const is = type !== "DELETED" && matches(selector, object.labels);
    if (was && is) return representation.event(event);
    if (is) return [representation.line("ADDED", object)];
    if (!was) return undefined;
    return [representation.line("DELETED", leaving(collection, previous, event))];
  }
}

/** What has left the selection goes in its last selected state, under the revision at which it left. */
function leaving({ kind }: Collection, previous: StoredObject, { revision }: StoreEvent): StoredObject {
  const object: KubeObject = load(kind, previous);
  return store(object, revision);
}
