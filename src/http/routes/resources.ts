import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { BUSY } from "../large_answer_slots.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { encodeResources } from "../encode.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { linkHeader, pageEntries } from "../page.ts";
import { resourceKey } from "../resource_key.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Resource } from "../schema.ts";
import { customGroup, sortRows, sortScopes } from "../sort_rows.ts";

const PATH = "/api/v1/resources";

export function resourcesRoute({ graph }: RouterDeps): Route {
  const query = v.object({ ...filterEntries(graph), ...pageEntries });
  return defineRoute({
    path: PATH,
    summary: "Resources, sorted by namespace, kind and name",
    query,
    answer: v.array(Resource),
    failures: BUSY,
    isLocal: true,
    body: "cached",
    build({ graph, query: { limit, continue: cursor, ...filter }, url, now }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      // One row more than the limit shows whether there is another page.
      const page = { after, limit: limit && limit + 1 };
      const scopes = limit === undefined ? undefined : graph.selectScopes(toFilter(filter));
      let rows: number[];
      if (scopes !== undefined) {
        refuseTooLarge(Math.min(graph.resourceCount, limit ?? Infinity));
        rows = sortScopes(graph, scopes, page);
      } else {
        const selected = graph.select(toFilter(filter));
        refuseTooLarge(Math.min(selected.size, limit ?? Infinity));
        rows = sortRows(graph, selected, page);
      }
      const hasMore = limit !== undefined && rows.length > limit;
      if (hasMore) rows.pop();
      const last = rows.at(-1);
      const next = hasMore && last !== undefined ? cursorAt(graph, last) : undefined;
      return { bytes: encodeResources(graph, rows, { now }), headers: linkHeader(PATH, url, next) };
    },
  });
}

function cursorAt(graph: GraphReader, row: number): string {
  return encodeCursor({ ...resourceKey(graph, row), group: customGroup(graph.kind(row)) });
}
