import * as v from "valibot";
import { BUSY } from "../answers.ts";
import { jsonBytes } from "../json_bytes.ts";
import { readQuery } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";
import { sortedTexts } from "../sorted_texts.ts";

export function namespacesRoute({ graph, answers }: RouteDeps): Route {
  const query = v.object({});
  return {
    path: "/api/v1/namespaces",
    summary: "Namespaces that have resources",
    query,
    answer: v.array(v.string()),
    failures: BUSY,
    handle: ({ req, env }) =>
      answers.respond({ req, env }, () => {
        readQuery(query, req.url);
        return { bytes: jsonBytes(sortedTexts(graph, graph.namespaces())) };
      }),
  };
}
