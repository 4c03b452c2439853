import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { Problem } from "../../graph/queries/problem.ts";
import { Slicer } from "../../graph/queries/slicer.ts";
import { BUSY } from "../large_answer_slots.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { resourceKey, targetKey } from "../resource_key.ts";
import { rfc3339 } from "../../json/times.ts";
import { defineRoute, jsonList, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { ResourceProblem } from "../schema.ts";
import { sortInSlices } from "../sort_in_slices.ts";
import { compareKeys } from "../sort_rows.ts";

export function problemsRoute({ graph, isLimited }: RouterDeps): Route {
  const query = v.object(filterEntries(graph));
  return defineRoute({
    path: "/api/v1/problems",
    summary: "What is wrong with resources, sorted by their namespace, kind and name",
    query,
    answer: v.array(ResourceProblem),
    failures: BUSY,
    body: "sliced",
    async build({ graph, query }) {
      const problems: ReturnType<typeof describeProblem>[] = [];
      const slicer = new Slicer();
      const asked = { filter: toFilter(query), isLimited, slicer };
      await graph.visitProblems(asked, (problem) => problems.push(describeProblem(graph, problem)));
      refuseTooLarge(problems.length);
      return { bytes: await jsonList(await sortInSlices(problems, compareKeys, slicer), slicer) };
    },
  });
}

function describeProblem(graph: GraphReader, problem: Problem) {
  const { type, severity, row, target, since } = problem;
  return {
    type,
    severity,
    uid: graph.uid(row),
    ...resourceKey(graph, row),
    message: graph.problemMessage(problem),
    target: target === undefined ? undefined : targetKey(graph, target),
    since: rfc3339(since),
  };
}
