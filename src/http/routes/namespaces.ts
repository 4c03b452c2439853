import * as v from "valibot";
import { BUSY } from "../large_answer_slots.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import { sortedTexts } from "../sort_rows.ts";

export function namespacesRoute(): Route {
  const query = v.object({});
  return defineRoute({
    path: "/api/v1/namespaces",
    summary: "Namespaces that have resources",
    query,
    answer: v.array(v.string()),
    failures: BUSY,
    body: "cached",
    build: ({ graph }) => ({ bytes: jsonBytes(sortedTexts(graph, graph.namespaces())) }),
  });
}
