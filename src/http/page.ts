/** Lists in pages: the parameters, and the link from a page to the next. */
import * as v from "valibot";
import { CURSOR_PATTERN, encodeCursor } from "./cursor.ts";
import type { ResourceKey } from "./resource_key.ts";

/** The query parameters of a list in pages. */
export const pageEntries = {
  limit: v.exactOptional(v.pipe(
    v.number("must be a positive integer"),
    v.safeInteger("must be a positive integer"),
    v.minValue(1, "must be a positive integer"),
    v.description("At most so many entries; a Link header leads to the next"),
  )),
  continue: v.exactOptional(v.pipe(
    v.string(),
    v.regex(CURSOR_PATTERN, "must be taken from the Link header of the page before"),
    v.description("Where the page before ended, from its Link header"),
  )),
};

/** A page of a sorted list. */
export interface PageOf<T> {
  readonly entries: readonly T[];
  /** The cursor of the next page; undefined after the last. */
  readonly next?: string | undefined;
}

/** Returns the entries of a sorted list that come after a cursor, at most `limit` of them. */
export function pageOf<T>(
  sorted: readonly T[],
  { limit, isAfter, keyOf }: {
    readonly limit: number | undefined;
    /** Reports whether an entry comes after the previous page. */
    readonly isAfter: (entry: T) => boolean;
    /** Three texts that tell the place of an entry. */
    readonly keyOf: (entry: T) => ResourceKey;
  },
): PageOf<T> {
  const rest = sorted.filter(isAfter);
  if (limit === undefined || rest.length <= limit) return { entries: rest };
  const entries = rest.slice(0, limit);
  return { entries, next: encodeCursor(keyOf(entries.at(-1)!)) };
}

/** Returns the headers of a page: the link to the next one, if there is one. */
export function linkHeader(path: string, url: string, next: string | undefined) {
  if (next === undefined) return undefined;
  const query = [...parametersOf(url), `continue=${next}`].join("&").replaceAll(">", "%3E");
  return { link: `<${path}?${query}>; rel="next"` };
}

/** The parameters of the page before, as the client wrote them, without its cursor. */
function parametersOf(url: string): string[] {
  const start = url.indexOf("?");
  if (start === -1) return [];
  return url.slice(start + 1).split("&").filter((it) => !new URLSearchParams(it).has("continue"));
}
