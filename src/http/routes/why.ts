import * as v from "valibot";
import { encodePath } from "../encode_impact.ts";
import { parseRelease, releaseParameter } from "../filter.ts";
import { HttpError } from "../http_error.ts";
import { defineRoute, type Route } from "../route.ts";
import { Path } from "../schema.ts";

export function whyRoute(): Route {
  return defineRoute({
    path: "/api/v1/resources/{uid}/why",
    summary: "The chain of relations through which a resource is in a release's answer; empty if it is not",
    query: v.object({ release: releaseParameter("The release: name or namespace/name") }),
    answer: Path,
    failures: { 404: "No resource has this uid" },
    body: "cached",
    build({ graph, params: { uid = "" }, query: { release }, now }) {
      const row = graph.find(uid);
      if (row === undefined) {
        throw new HttpError(`No resource has the uid ${uid}`, { status: 404, code: "not_found" });
      }
      return { bytes: encodePath(graph, graph.why(row, parseRelease(release)), { now }) };
    },
  });
}
