import { answerProbe, Probe, probeQuery } from "../probe.ts";
import { defineRoute, type Route } from "../route.ts";

/** The server is alive if it answers. The state of Redis and of the API server does not matter. */
export function livezRoute(): Route {
  return defineRoute({
    path: "/livez",
    summary: "Whether the server is alive",
    query: probeQuery,
    answer: Probe,
    anyHost: true,
    admits: "everybody",
    body: "small",
    respond: ({ query }) =>
      answerProbe("livez", { verbose: query.verbose, checks: [{ name: "ping", failure: undefined }] }),
  });
}
