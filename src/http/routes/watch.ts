import * as v from "valibot";
import { filterEntries, toFilter } from "../filter.ts";
import { flag } from "../query.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { WatchMessage } from "../schema.ts";

export function watchRoute({ graph, watchClients }: RouterDeps): Route {
  return defineRoute({
    path: "/api/v1/watch",
    summary: "The graph's changes, as server-sent events or lines of JSON, without end",
    query: v.object({
      ...filterEntries(graph),
      labels: flag("Nodes carry their labels"),
      rv: v.exactOptional(v.pipe(
        v.string(),
        v.description("Start after this revision of an earlier message; the header Last-Event-ID beats it"),
      )),
      only: v.exactOptional(v.pipe(
        v.picklist(["rv"], "must be rv"),
        v.description("rv: no deltas, only new revisions"),
      )),
    }),
    answer: WatchMessage,
    failures: {
      429: "The user follows as many streams as one may",
      503: "A hundred clients follow the changes already",
    },
    isLocal: true,
    body: "stream",
    open({ query: { labels, rv, only, ...query }, headers, completed, method, asker, askAgain }) {
      const format = wantsEvents(headers.get("accept")) ? "events" : "lines";
      const filter = toFilter(query);
      const answered = {
        "content-type": format === "events" ? "text/event-stream" : "application/x-ndjson",
        "cache-control": "no-cache, no-transform",
        // nginx buffers proxied answers unless this header forbids it.
        "x-accel-buffering": "no",
        "vary": "accept",
      };
      if (method === "HEAD") return new Response(null, { headers: answered });
      const body = watchClients.open({
        filter: only === undefined ? filter : undefined,
        labels,
        format,
        rv: headers.get("last-event-id") ?? rv,
        completed,
        asker,
        askAgain,
      });
      return new Response(body, { headers: answered });
    },
  });
}

/** Reports whether `Accept` names event streams (RFC 9110, section 12.5.1). */
function wantsEvents(accept: string | null): boolean {
  return (accept ?? "").toLowerCase().split(",").some((range) => {
    const [type, ...parameters] = range.split(";").map((it) => it.trim());
    return type === "text/event-stream" && !parameters.some((it) => /^q=0(\.0*)?$/.test(it));
  });
}
