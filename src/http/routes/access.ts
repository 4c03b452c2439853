import * as v from "valibot";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Visible } from "../schema.ts";

export function accessRoute({ access }: RouterDeps): Route {
  return defineRoute({
    path: "/api/v1/access",
    summary: "Who asks, and how much of the cluster exists for them",
    query: v.object({}),
    answer: Visible,
    body: "small",
    respond({ graph, asker }) {
      const present = graph.kinds.flatMap((_, kind) => graph.hasKind(kind) ? [kind] : []);
      const extents = present.map((kind) => graph.extentOf(kind));
      return Response.json({
        auth: access?.mode ?? "none",
        user: asker?.name ?? "",
        kinds: { visible: extents.filter((extent) => extent !== "none").length, total: present.length },
        namespaces: extents.includes("some") ? asker?.namespaces ?? [] : null,
      });
    },
  });
}
