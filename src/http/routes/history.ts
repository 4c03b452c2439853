import * as v from "valibot";
import { rfc3339 } from "../../json/times.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import { Revision } from "../schema.ts";

export function historyRoute(): Route {
  return defineRoute({
    path: "/api/v1/releases/{namespace}/{name}/history",
    summary: "The revisions of a Helm release that Helm has stored, the newest first",
    query: v.object({}),
    answer: v.array(Revision),
    body: "cached",
    build({ graph, params: { namespace = "", name = "" } }) {
      const revisions = graph.revisions({ namespace, name });
      return {
        bytes: jsonBytes(revisions.map(({ revision, status, updated }) => ({
          revision,
          status,
          updated: rfc3339(updated),
        }))),
      };
    },
  });
}
