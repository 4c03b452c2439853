import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { Problem } from "../../graph/queries/problems.ts";
import { BUSY } from "../large_answer_slots.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { resourceKey, targetKey } from "../resource_key.ts";
import { rfc3339 } from "../../json/times.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { ResourceProblem } from "../schema.ts";
import { sortRows } from "../sort_rows.ts";

export function problemsRoute({ graph, isLimited }: RouterDeps): Route {
  const query = v.object(filterEntries(graph.kinds));
  return defineRoute({
    path: "/api/v1/problems",
    summary: "What is wrong with resources, sorted by their namespace, kind and name",
    query,
    answer: v.array(ResourceProblem),
    failures: BUSY,
    body: "cached",
    build({ query }) {
      const rows = graph.select(toFilter(graph.kinds, query));
      const problems = graph.problems(rows, isLimited);
      refuseTooLarge(problems.length);
      const byRow = Map.groupBy(problems, ({ row }) => row);
      const sorted = sortRows(graph, byRow.keys()).flatMap((row) => byRow.get(row) ?? []);
      return { bytes: jsonBytes(sorted.map((problem) => describeProblem(graph, problem))) };
    },
  });
}

function describeProblem(graph: GraphReader, { type, row, message, target, since }: Problem) {
  return {
    type,
    uid: graph.uid(row),
    ...resourceKey(graph, row),
    message,
    ...target === undefined ? {} : { target: targetKey(graph, target) },
    since: rfc3339(since),
  };
}
