import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { Problem } from "../../graph/queries/problems.ts";
import { BUSY } from "../answers.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { jsonBytes } from "../json_bytes.ts";
import { keyOf } from "../key_of.ts";
import { readQuery } from "../query.ts";
import { rfc3339 } from "../../json/times.ts";
import type { Route, RouteDeps } from "../route.ts";
import { ResourceProblem } from "../schema.ts";
import { sortRows } from "../sort_rows.ts";

export function problemsRoute({ graph, answers, isLimited }: RouteDeps): Route {
  const query = v.object(filterEntries(graph.kinds));
  return {
    path: "/api/v1/problems",
    summary: "What is wrong with resources, sorted by their namespace, kind and name",
    query,
    answer: v.array(ResourceProblem),
    failures: BUSY,
    handle: ({ req, env }) =>
      answers.respond({ req, env }, () => {
        const rows = graph.select(toFilter(graph.kinds, readQuery(query, req.url)));
        const problems = graph.problems(rows, isLimited);
        refuseTooLarge(problems.length);
        const byRow = Map.groupBy(problems, ({ row }) => row);
        const sorted = sortRows(graph, byRow.keys()).flatMap((row) => byRow.get(row) ?? []);
        return { bytes: jsonBytes(sorted.map((problem) => describeProblem(graph, problem))) };
      }),
  };
}

function describeProblem(graph: GraphReader, { type, row, message, target, since }: Problem) {
  return {
    type,
    uid: graph.uid(row),
    ...keyOf(graph, row),
    message,
    ...target === undefined ? {} : { target: keyOf(graph, target) },
    since: rfc3339(since),
  };
}
