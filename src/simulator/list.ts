import { matches } from "../model/label_selector.ts";
import type { PieceSource } from "./answer_stream.ts";
import { ApiError, expired } from "./api_error.ts";
import type { Collection } from "./collection.ts";
import { matchesFields } from "./field_selector.ts";
import type { ListOptions } from "./list_options.ts";
import type { Representation } from "./representation.ts";
import { keyOf, type StoredObject } from "./stored_object.ts";

export interface ListRequest {
  readonly collection: Collection;
  /** Undefined means all namespaces. */
  readonly namespace?: string | undefined;
  readonly options: ListOptions;
  readonly representation: Representation;
  /** The revision of the whole store. */
  readonly revision: number;
}

/** The start of the next page: after this key, in the state of this revision. */
interface Continuation {
  readonly rv: number;
  readonly start: string;
}

const encoder = new TextEncoder();
const COMMA = encoder.encode(",");
const END = encoder.encode("]}\n");

/**
 * Returns one page of a list. All pages of a list show the state of one revision.
 *
 * @throws {ApiError} 410 if that state is forgotten, 504 if it does not exist yet.
 */
export function listPage(request: ListRequest): PieceSource {
  const { options, representation } = request;
  const from = options.continueToken === undefined ? undefined : continuationOf(options.continueToken);
  const revision = from?.rv ?? revisionOf(request);
  const state = stateOf(request, revision);
  if (state === undefined) {
    throw expired(
      from === undefined
        ? `the resource version ${revision} is too old`
        : "the continue token is too old to go on with a consistent list",
    );
  }

  const all = selected(state, request);
  const start = from === undefined ? 0 : firstAfter(all, from.start);
  // Any state is acceptable, so the watch cache answers. It does not support pages.
  const limit = options.limit === 0 || options.revision === 0 ? all.length : options.limit;
  const end = Math.min(start + limit, all.length);
  const last = all[end - 1];
  const more = end < all.length && last !== undefined;
  const head = representation.listHead({
    resourceVersion: String(revision),
    ...(more ? { continue: tokenOf({ rv: revision, start: keyOf(last) }) } : {}),
    ...(more && options.selector.length === 0 && options.fields.length === 0
      ? { remainingItemCount: all.length - end }
      : {}),
  });

  let at = start;
  return {
    head,
    next() {
      if (at > end) return "end";
      const object = at < end ? all[at] : undefined;
      const piece = object === undefined
        ? [END]
        : [...(at > start ? [COMMA] : []), ...representation.item(object)];
      at = object === undefined ? end + 1 : at + 1;
      return piece;
    },
  };
}

/** Returns the objects that the list may have, as they were at the revision: the named one, or all. */
function stateOf(
  { collection, namespace, options: { fields } }: ListRequest,
  revision: number,
): readonly StoredObject[] | undefined {
  const name = fields.find(({ field, isEqual }) => field === "name" && isEqual)?.value;
  if (name === undefined || namespace === undefined && collection.kind.namespaced) {
    return collection.stateAt(revision);
  }
  return collection.objectAt(revision, { namespace: namespace ?? "", name });
}

function revisionOf({ options, revision }: ListRequest): number {
  const asked = options.revision ?? 0;
  if (asked > revision) {
    throw new ApiError(504, `Too large resource version: ${asked}, current: ${revision}`, {
      details: {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1,
      },
    });
  }
  return options.exact ? asked : revision;
}

/** Returns the objects that the selectors and the namespace leave, in their order. */
export function selected(
  state: readonly StoredObject[],
  { namespace, options }: {
    readonly namespace?: string | undefined;
    readonly options: Pick<ListOptions, "selector" | "fields">;
  },
): readonly StoredObject[] {
  const { selector, fields } = options;
  if (namespace === undefined && selector.length === 0 && fields.length === 0) return state;
  return state.filter((object) =>
    (namespace ?? object.namespace) === object.namespace &&
    matchesFields(fields, object) &&
    matches(selector, object.labels)
  );
}

function firstAfter(objects: readonly StoredObject[], key: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const object = objects[middle];
    if (object !== undefined && keyOf(object) > key) high = middle;
    else low = middle + 1;
  }
  return low;
}

function tokenOf(continuation: Continuation): string {
  return btoa(encodeURIComponent(JSON.stringify(continuation))).replaceAll("=", "");
}

function continuationOf(token: string): Continuation {
  try {
    const { rv, start } = JSON.parse(decodeURIComponent(atob(token)));
    if (typeof rv === "number" && typeof start === "string") return { rv, start };
  } catch {
    // It is not a token of this simulator.
  }
  throw new ApiError(400, "invalid continue token");
}
