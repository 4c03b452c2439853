import * as v from "valibot";
import { BUSY } from "../answers.ts";
import { jsonBytes } from "../json_bytes.ts";
import { readQuery, text } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";
import { sortedTexts } from "../sorted_texts.ts";

export function chartsRoute({ graph, answers }: RouteDeps): Route {
  const query = v.object({ namespace: text("Charts of resources in this namespace") });
  return {
    path: "/api/v1/charts",
    summary: "Values of the label helm.sh/chart",
    query,
    answer: v.array(v.string()),
    failures: BUSY,
    handle: ({ req, env }) =>
      answers.respond({ req, env }, () => {
        const { namespace } = readQuery(query, req.url);
        return { bytes: jsonBytes(sortedTexts(graph, graph.charts(namespace))) };
      }),
  };
}
