import * as v from "valibot";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

export function metricsRoute({ metrics, metricsOpen }: RouterDeps): Route {
  return defineRoute({
    path: "/metrics",
    summary: "The server's metrics, in Prometheus' text format",
    query: v.object({}),
    answer: v.string(),
    anyHost: true,
    admits: metricsOpen ? "everybody" : "metrics-readers",
    body: "small",
    async respond() {
      const headers = { "content-type": TEXT_FORMAT, "cache-control": "no-cache" };
      return new Response(await metrics.text(), { headers });
    },
  });
}
