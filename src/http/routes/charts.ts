import * as v from "valibot";
import { BUSY } from "../large_answer_slots.ts";
import { text } from "../query.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import { sortedTexts } from "../sort_rows.ts";

export function chartsRoute(): Route {
  const query = v.object({ namespace: text("Charts of resources in this namespace") });
  return defineRoute({
    path: "/api/v1/charts",
    summary: "Charts: values of the label helm.sh/chart, or of chart where that is missing",
    query,
    answer: v.array(v.string()),
    failures: BUSY,
    body: "cached",
    build: ({ graph, query: { namespace } }) => ({
      bytes: jsonBytes(sortedTexts(graph, graph.charts(namespace))),
    }),
  });
}
