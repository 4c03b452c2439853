import * as v from "valibot";
import { encodeImpact } from "../encode_impact.ts";
import { HttpError } from "../http_error.ts";
import { defineRoute, type Route } from "../route.ts";
import { kindName, type ResourceKind } from "../../model/resource_kind.ts";
import { kindEntry } from "../filter.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Impact } from "../schema.ts";

/** The maximum number of nodes in an answer. */
const NODES_MAX = 5_000;

export function impactRoute(): Route {
  return defineRoute({
    path: "/api/v1/resources/{uid}/impact",
    summary: "What stops working without a resource, once Pods have to start again",
    query: v.object({}),
    answer: Impact,
    failures: { 404: "No resource has this uid" },
    body: "cached",
    build({ graph, params: { uid = "" }, now }) {
      const row = graph.find(uid);
      if (row === undefined) {
        throw new HttpError(`No resource has the uid ${uid}`, { status: 404, code: "not_found" });
      }
      return {
        bytes: encodeImpact(graph, graph.impact(row), { now, subject: { row }, nodesMax: NODES_MAX }),
      };
    },
  });
}

export function missingImpactRoute({ graph }: RouterDeps): Route {
  const required = (description: string) =>
    v.pipe(v.string("is required"), v.nonEmpty("must not be empty"), v.description(description));
  return defineRoute({
    path: "/api/v1/impact",
    summary: "What does not work without a target that does not exist",
    query: v.object({
      kind: v.pipe(kindEntry(graph), v.description("Kind of the target, or Kind.group")),
      namespace: v.exactOptional(
        v.pipe(v.string(), v.description("Namespace of the target; empty for cluster-scoped kinds")),
      ),
      name: required("Name of the target"),
    }),
    answer: Impact,
    body: "cached",
    build({ graph, query: { kind, namespace = "", name }, now }) {
      const key = { kind, namespace, name, missing: true };
      const isAsked = (it: ResourceKind) => it.kind === kind || kindName(it) === kind;
      const number = graph.kinds.findIndex((it, number) => graph.hasKind(number) && isAsked(it));
      const row = graph.findTarget({ kind: number, namespace, name });
      const impact = row === undefined ? { affected: new Map(), edges: [] } : graph.impact(row);
      const subject = row !== undefined && graph.isSeen(row) ? { row } : { key };
      return { bytes: encodeImpact(graph, impact, { now, subject, nodesMax: NODES_MAX }) };
    },
  });
}
