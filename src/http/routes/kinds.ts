import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { rfc3339 } from "../../json/times.ts";
import type { KindStatus } from "../../model/kind_status.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Kind } from "../schema.ts";
import { compareUtf8 } from "../sort_rows.ts";

export function kindsRoute({ kindStatuses }: RouterDeps): Route {
  return defineRoute({
    path: "/api/v1/kinds",
    summary: "The kinds that are followed, and how current each is",
    query: v.object({}),
    answer: v.array(Kind),
    body: "small",
    respond({ graph }) {
      const statuses = [...kindStatuses()].sort((a, b) =>
        compareUtf8(a.kind.kind, b.kind.kind) || compareUtf8(a.kind.group, b.kind.group)
      );
      return Response.json(statuses.map((status) => describeKind(graph, status)));
    },
  });
}

function describeKind(graph: GraphReader, { kind, state, lastEvent, error, objects }: KindStatus) {
  const number = graph.findKind(kind);
  const visible = number === undefined ? graph.seesAll ? "all" : "none" : graph.extentOf(number);
  const isWhole = visible === "all";
  return {
    group: kind.group,
    version: kind.version,
    kind: kind.kind,
    scope: kind.namespaced ? "namespaced" : "cluster",
    custom: kind.custom ?? false,
    visible,
    state,
    count: (isWhole ? objects : undefined) ?? (number === undefined ? 0 : graph.count(number)),
    lastEvent: lastEvent === 0 || !isWhole ? null : rfc3339(lastEvent / 1000),
    error: isWhole ? error : undefined,
  };
}
