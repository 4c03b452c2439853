import { answerProbe, Probe, probeQuery } from "../probe.ts";
import type { Route } from "../route.ts";

/** Alive is who answers: neither Redis nor the API server has a say in it. */
export function livezRoute(): Route {
  return {
    path: "/livez",
    summary: "Whether the server is alive",
    query: probeQuery,
    answer: Probe,
    handle: ({ req }) =>
      answerProbe("livez", { url: req.url, checks: [{ name: "ping", failure: undefined }] }),
  };
}
