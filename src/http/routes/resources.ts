import * as v from "valibot";
import { BUSY } from "../large_answer_slots.ts";
import { CURSOR_PATTERN, decodeCursor, encodeCursor } from "../cursor.ts";
import { encodeResources } from "../encode.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { resourceKey } from "../resource_key.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Resource } from "../schema.ts";
import { sortRows } from "../sort_rows.ts";

const PATH = "/api/v1/resources";

export function resourcesRoute({ graph }: RouterDeps): Route {
  const query = v.object({
    ...filterEntries(graph.kinds),
    limit: v.exactOptional(v.pipe(
      v.number("must be a positive integer"),
      v.safeInteger("must be a positive integer"),
      v.minValue(1, "must be a positive integer"),
      v.description("At most so many resources; a Link header leads to the next"),
    )),
    continue: v.exactOptional(v.pipe(
      v.string(),
      v.regex(CURSOR_PATTERN, "must be taken from the Link header of the page before"),
      v.description("Where the page before ended, from its Link header"),
    )),
  });

  /** The link to what follows a page. */
  const linkTo = (url: string, last: number) => {
    const cursor = `continue=${encodeCursor(resourceKey(graph, last))}`;
    return `<${PATH}?${[...parametersOf(url), cursor].join("&").replaceAll(">", "%3E")}>; rel="next"`;
  };

  return defineRoute({
    path: PATH,
    summary: "Resources, sorted by namespace, kind and name",
    query,
    answer: v.array(Resource),
    failures: BUSY,
    body: "cached",
    build({ query: { limit, continue: cursor, ...filter }, url, now }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      const selected = graph.select(toFilter(graph.kinds, filter));
      refuseTooLarge(Math.min(selected.size, limit ?? Infinity));
      // One row more than the limit shows whether there is another page.
      const rows = sortRows(graph, selected, { after, limit: limit && limit + 1 });
      const hasMore = limit !== undefined && rows.length > limit;
      if (hasMore) rows.pop();
      const last = rows.at(-1);
      return {
        bytes: encodeResources(graph, rows, { now }),
        headers: hasMore && last !== undefined ? { link: linkTo(url, last) } : undefined,
      };
    },
  });
}

/** The parameters of the page before, as the client wrote them, but for where it began. */
function parametersOf(url: string): string[] {
  return url.slice(url.indexOf("?") + 1).split("&").filter((it) => !new URLSearchParams(it).has("continue"));
}
