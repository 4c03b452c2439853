import * as v from "valibot";
import { readQuery } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

export function metricsRoute({ metrics }: RouteDeps): Route {
  const query = v.object({});
  return {
    path: "/metrics",
    summary: "What the server measures, in Prometheus' text format",
    query,
    answer: v.string(),
    handle: async ({ req }) => {
      readQuery(query, req.url);
      const headers = { "content-type": TEXT_FORMAT, "cache-control": "no-cache" };
      return new Response(await metrics.text(), { headers });
    },
  };
}
