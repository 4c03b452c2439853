/** The form in which the client wants objects: complete, or only their metadata. */
import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";
import { ApiError } from "./api_error.ts";
import { concat } from "./concat.ts";
import type { StoreEvent } from "./event_log.ts";
import type { StoredObject } from "./stored_object.ts";

const encoder = new TextEncoder();
const BRACE = encoder.encode("{");
const CLOSE = encoder.encode("}");
const END_OF_LINE = encoder.encode("}\n");
const METADATA = "meta.k8s.io/v1";

type Bytes = readonly Uint8Array<ArrayBuffer>[];

export class Representation {
  readonly #metadataOnly: boolean;
  readonly #apiVersion: string;
  readonly #kind: string;
  readonly #opening: Uint8Array<ArrayBuffer>;
  readonly #added: Uint8Array<ArrayBuffer>;
  /** Lines of events. The first watch that sends an event creates its line. */
  readonly #lines = new WeakMap<StoreEvent, Uint8Array<ArrayBuffer>>();

  constructor(kind: ResourceKind, { metadataOnly }: { readonly metadataOnly: boolean }) {
    this.#metadataOnly = metadataOnly;
    this.#apiVersion = metadataOnly ? METADATA : apiVersionOf(kind);
    this.#kind = metadataOnly ? "PartialObjectMetadata" : kind.kind;
    this.#opening = encoder.encode(this.#openingOf());
    this.#added = encoder.encode(`{"type":"ADDED","object":${this.#openingOf()}`);
  }

  whole(object: StoredObject): Bytes {
    return [this.#opening, ...this.#rest(object)];
  }

  /** Items of a typed list have no kind and apiVersion. PartialObjectMetadata has them. */
  item(object: StoredObject): Bytes {
    return this.#metadataOnly ? this.whole(object) : [BRACE, object.body];
  }

  listHead(metadata: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
    const head = { kind: `${this.#kind}List`, apiVersion: this.#apiVersion, metadata };
    return encoder.encode(`${JSON.stringify(head).slice(0, -1)},"items":[`);
  }

  /** Returns the event for an object that existed when the watch began. */
  added(object: StoredObject): Bytes {
    return [this.#added, ...this.#rest(object), END_OF_LINE];
  }

  event(event: StoreEvent): Bytes {
    let line = this.#lines.get(event);
    if (line === undefined) {
      line = this.line(event.type, event.object);
      this.#lines.set(event, line);
    }
    return [line];
  }

  line(type: StoreEvent["type"], object: StoredObject): Uint8Array<ArrayBuffer> {
    const rest = this.#rest(object);
    const head = encoder.encode(`{"type":"${type}","object":${this.#openingOf()}`);
    return concat([head, ...rest, END_OF_LINE]);
  }

  bookmark(
    revision: number,
    { endsInitialEvents }: { readonly endsInitialEvents: boolean },
  ): Uint8Array<ArrayBuffer> {
    const metadata = {
      resourceVersion: String(revision),
      ...(endsInitialEvents ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
    };
    const object = { kind: this.#kind, apiVersion: this.#apiVersion, metadata };
    return encoder.encode(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
  }

  #openingOf(): string {
    return `{"kind":${JSON.stringify(this.#kind)},"apiVersion":${JSON.stringify(this.#apiVersion)},`;
  }

  #rest({ body, metadataLength }: StoredObject): Bytes {
    return this.#metadataOnly ? [body.subarray(0, metadataLength), CLOSE] : [body];
  }
}

/**
 * Reports whether `Accept` requests only metadata.
 *
 * @throws {ApiError} 406 if it requests the metadata of a single object for a list, or the reverse.
 */
export function wantsMetadataOnly(accept: string, { list }: { readonly list: boolean }): boolean {
  const as = /^[^,]*;\s*as=(PartialObjectMetadata(?:List)?)\b/.exec(accept)?.[1];
  if (as === undefined) return false;
  if ((as === "PartialObjectMetadataList") !== list) {
    throw new ApiError(
      406,
      `you requested ${as}, but the requested object is ${list ? "a list" : "no list"}`,
    );
  }
  return true;
}
