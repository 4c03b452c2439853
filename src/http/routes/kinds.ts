import * as v from "valibot";
import { rfc3339 } from "../../json/times.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Kind } from "../schema.ts";
import { compareUtf8 } from "../sort_rows.ts";

export function kindsRoute({ graph, kindStatuses }: RouterDeps): Route {
  const numberOf = (group: string, kind: string) =>
    graph.kinds.findIndex((it) => it.group === group && it.kind === kind);
  return defineRoute({
    path: "/api/v1/kinds",
    summary: "The kinds that are followed, and how current each is",
    query: v.object({}),
    answer: v.array(Kind),
    body: "small",
    respond() {
      const statuses = [...kindStatuses()].sort((a, b) => compareUtf8(a.kind.kind, b.kind.kind));
      return Response.json(
        statuses.map(({ kind: { group, version, kind, namespaced }, state, lastEvent, error }) => ({
          group,
          version,
          kind,
          scope: namespaced ? "namespaced" : "cluster",
          state,
          count: graph.count(numberOf(group, kind)),
          lastEvent: lastEvent === 0 ? null : rfc3339(lastEvent / 1000),
          error,
        })),
      );
    },
  });
}
