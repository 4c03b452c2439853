import * as v from "valibot";
import { KIND_STATES, type KindStatus } from "../../model/kind_status.ts";
import { readQuery } from "../query.ts";
import type { Route, RouteDeps } from "../route.ts";
import { Health } from "../schema.ts";
import { isSynced } from "../synced.ts";

export function healthRoute({ graph, kindStatuses, persistence }: RouteDeps): Route {
  const query = v.object({});
  return {
    path: "/health",
    summary: "What the server holds, while it serves",
    query,
    answer: Health,
    handle: (c) => {
      readQuery(query, c.req.url);
      const statuses = kindStatuses();
      return c.json({
        status: "healthy",
        nodes: graph.resourceCount,
        edges: graph.relationCount,
        synced: isSynced(statuses),
        kinds: countStates(statuses),
        persistence: persistence(),
      });
    },
  };
}

function countStates(statuses: readonly KindStatus[]) {
  return Object.fromEntries(
    KIND_STATES.map((state) => [state, statuses.filter((status) => status.state === state).length]),
  );
}
