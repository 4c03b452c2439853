import * as v from "valibot";
import { KIND_STATES, type KindStatus } from "../../model/kind_status.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Health } from "../schema.ts";
import { isSynced } from "../synced.ts";

export function healthRoute({ kindStatuses, persistence }: RouterDeps): Route {
  return defineRoute({
    path: "/health",
    summary: "What the server holds, while it serves",
    query: v.object({}),
    answer: Health,
    anyHost: true,
    admits: "everybody",
    body: "small",
    respond({ graph, asker }) {
      const statuses = kindStatuses();
      return Response.json({
        status: "healthy",
        ...asker && { nodes: graph.resourceCount, edges: graph.relationCount },
        synced: isSynced(statuses),
        ...asker && { kinds: countStates(statuses) },
        persistence: graph.seesAll ? persistence() : { enabled: persistence().enabled },
      });
    },
  });
}

function countStates(statuses: readonly KindStatus[]) {
  return Object.fromEntries(
    KIND_STATES.map((state) => [state, statuses.filter((status) => status.state === state).length]),
  );
}
