import * as v from "valibot";
import { BUSY } from "../answers.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { encodeResources } from "../encode.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { keyOf } from "../key_of.ts";
import { readQuery, text } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";
import { Resource } from "../schema.ts";
import { sortRows } from "../sort_rows.ts";

const PATH = "/api/v1/resources";

export function resourcesRoute({ graph, answers, clock }: RouteDeps): Route {
  const query = v.object({
    ...filterEntries(graph.kinds),
    limit: v.exactOptional(v.pipe(
      v.number("must be a positive integer"),
      v.safeInteger("must be a positive integer"),
      v.minValue(1, "must be a positive integer"),
      v.description("At most so many resources; a Link header leads to the next"),
    )),
    continue: text("Where the page before ended, from its Link header"),
  });

  /** The link to what follows a page. */
  const linkTo = (url: string, last: number) => {
    const cursor = `continue=${encodeCursor(keyOf(graph, last))}`;
    return `<${PATH}?${[...parametersOf(url), cursor].join("&").replaceAll(">", "%3E")}>; rel="next"`;
  };

  return {
    path: PATH,
    summary: "Resources, sorted by namespace, kind and name",
    query,
    answer: v.array(Resource),
    failures: BUSY,
    handle: ({ req, env }) =>
      answers.respond({ req, env }, () => {
        const { limit, continue: cursor, ...parameters } = readQuery(query, req.url);
        const after = cursor === undefined ? {} : { after: decodeCursor(cursor) };
        const selected = graph.select(toFilter(graph.kinds, parameters));
        refuseTooLarge(Math.min(selected.size, limit ?? Infinity));
        // One more than is asked for tells whether there are more.
        const rows = sortRows(graph, selected, { ...after, ...limit && { limit: limit + 1 } });
        const hasMore = limit !== undefined && rows.length > limit;
        if (hasMore) rows.pop();
        const last = rows.at(-1);
        return {
          bytes: encodeResources(graph, rows, { now: Math.floor(clock() / 1000) }),
          ...hasMore && last !== undefined && { headers: { link: linkTo(req.url, last) } },
        };
      }),
  };
}

/** The parameters of the page before, as the client wrote them, but for where it began. */
function parametersOf(url: string): string[] {
  return url.slice(url.indexOf("?") + 1).split("&").filter((it) => !new URLSearchParams(it).has("continue"));
}
