import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { ListedRelease } from "../../graph/queries/releases.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { rfc3339 } from "../../json/times.ts";
import { BUSY } from "../large_answer_slots.ts";
import { flag, text } from "../query.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Release } from "../schema.ts";
import { compareUtf8 } from "../sort_rows.ts";

export function releasesRoute({ graph }: RouterDeps): Route {
  const query = v.object({
    namespace: text("Releases with resources of their own in this namespace"),
    detail: flag("Not only names: namespace, charts, status, counts and Helm's state of each release"),
  });
  return defineRoute({
    path: "/api/v1/releases",
    summary: "Helm releases: their names, or with detail=true what they come to",
    query,
    answer: v.union([v.array(v.string()), v.array(Release)]),
    failures: BUSY,
    body: "cached",
    build({ query: { namespace, detail } }) {
      const releases = graph.releases(namespace);
      if (!detail) {
        return { bytes: jsonBytes(releases.map((it) => nameOf(graph, it)).sort(compareUtf8)) };
      }
      const compare = (a: ListedRelease, b: ListedRelease) =>
        graph.text.compare(a.namespace, b.namespace) || graph.text.compare(a.name, b.name);
      const scratch = graph.newRowSet();
      const described = releases.sort(compare).map((release) => {
        scratch.clear();
        return describeRelease(graph, release, scratch);
      });
      return { bytes: jsonBytes(described) };
    },
  });
}

/** The name alone, unless other releases have it too. */
function nameOf(graph: GraphReader, { namespace, name, isAmbiguous }: ListedRelease): string {
  const text = graph.text.text(name);
  return isAmbiguous ? `${graph.text.text(namespace)}/${text}` : text;
}

/** The counts are over what the release is itself, not over what is attached to it. */
function describeRelease(graph: GraphReader, release: ListedRelease, scratch: RowSet) {
  const { charts, status, counts, newest } = graph.releaseSums(release, scratch);
  const chartNames = charts.map((chart) => graph.text.text(chart));
  return {
    namespace: graph.text.text(release.namespace),
    name: graph.text.text(release.name),
    chart: chartNames[0] ?? "",
    charts: chartNames,
    status,
    counts,
    revision: newest?.revision ?? null,
    helmStatus: newest?.status ?? null,
    updated: newest === undefined ? null : rfc3339(newest.updated),
  };
}
