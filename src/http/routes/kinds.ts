import * as v from "valibot";
import { compareUtf8 } from "../compare_utf8.ts";
import { readQuery } from "../query.ts";
import { rfc3339 } from "../../json/times.ts";
import type { Route, RouteDeps } from "../route.ts";
import { Kind } from "../schema.ts";

export function kindsRoute({ graph, kindStatuses }: RouteDeps): Route {
  const query = v.object({});
  const numberOf = (group: string, kind: string) =>
    graph.kinds.findIndex((it) => it.group === group && it.kind === kind);
  return {
    path: "/api/v1/kinds",
    summary: "The kinds that are followed, and how current each is",
    query,
    answer: v.array(Kind),
    handle: (c) => {
      readQuery(query, c.req.url);
      const statuses = [...kindStatuses()].sort((a, b) => compareUtf8(a.kind.kind, b.kind.kind));
      return c.json(
        statuses.map(({ kind: { group, version, kind, namespaced }, state, lastEvent, error }) => ({
          group,
          version,
          kind,
          scope: namespaced ? "namespaced" : "cluster",
          state,
          count: graph.count(numberOf(group, kind)),
          lastEvent: lastEvent === 0 ? null : rfc3339(lastEvent / 1000),
          ...error === undefined ? {} : { error },
        })),
      );
    },
  };
}
