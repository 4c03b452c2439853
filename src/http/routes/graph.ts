import * as v from "valibot";
import { BUSY } from "../answers.ts";
import { encodeGraph } from "../encode.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { flag, readQuery } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";
import { Graph } from "../schema.ts";

export function graphRoute({ graph, answers, clock }: RouteDeps): Route {
  const query = v.object({ ...filterEntries(graph.kinds), labels: flag("Nodes carry their labels") });
  return {
    path: "/api/v1/graph",
    summary: "Resources and the relations between them",
    query,
    answer: Graph,
    failures: BUSY,
    handle: ({ req, env }) =>
      answers.respond({ req, env }, (spare) => {
        const parameters = readQuery(query, req.url);
        const rows = graph.select(toFilter(graph.kinds, parameters));
        refuseTooLarge(rows.size);
        const { labels } = parameters;
        return { bytes: encodeGraph(graph, rows, { now: Math.floor(clock() / 1000), labels, spare }) };
      }),
  };
}
