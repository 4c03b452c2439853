import * as v from "valibot";
import { BUSY } from "../large_answer_slots.ts";
import { encodeGraph } from "../encode.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { flag } from "../query.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Graph } from "../schema.ts";

export function graphRoute({ graph }: RouterDeps): Route {
  const query = v.object({ ...filterEntries(graph), labels: flag("Nodes carry their labels") });
  return defineRoute({
    path: "/api/v1/graph",
    summary: "Resources and the relations between them",
    query,
    answer: Graph,
    failures: BUSY,
    isLocal: true,
    body: "cached",
    build({ graph, query: { labels, ...filter }, now, spare }) {
      const rows = graph.select(toFilter(filter));
      refuseTooLarge(rows.size);
      return { bytes: encodeGraph(graph, rows, { now, labels, spare }) };
    },
  });
}
