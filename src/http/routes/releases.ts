import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { BUSY } from "../large_answer_slots.ts";
import { flag, text } from "../query.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Release } from "../schema.ts";
import { sortedTexts } from "../sort_rows.ts";

export function releasesRoute({ graph }: RouterDeps): Route {
  const query = v.object({
    namespace: text("Releases with resources of their own in this namespace"),
    detail: flag("Not only names: namespace, chart, status and counts of each release"),
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
        const names = new Set(releases.map((release) => graph.releaseName(release)));
        return { bytes: jsonBytes(sortedTexts(graph, names)) };
      }
      const compare = (a: number, b: number) =>
        graph.text.compare(graph.releaseNamespace(a), graph.releaseNamespace(b)) ||
        graph.text.compare(graph.releaseName(a), graph.releaseName(b));
      return { bytes: jsonBytes(releases.sort(compare).map((release) => describeRelease(graph, release))) };
    },
  });
}

/** The counts are over what the release is itself, not over what is attached to it. */
function describeRelease(graph: GraphReader, release: number) {
  const { own, rows } = graph.coreOfRelease(release);
  const pod = graph.kinds.findIndex(({ group, kind }) => group === "" && kind === "Pod");
  const counts = { nodes: rows.size, edges: 0, pods: 0, errors: 0 };
  for (const row of rows) {
    if (graph.kindNumber(row) === pod) counts.pods++;
    if (graph.status(row) === "Error") counts.errors++;
    graph.forEachRelation(row, (_type, from, to) => {
      if (rows.has(from) && rows.has(to)) counts.edges++;
    });
  }
  const ownRows = rows.rows.subarray(0, own);
  return {
    namespace: graph.text.text(graph.releaseNamespace(release)),
    name: graph.text.text(graph.releaseName(release)),
    chart: chartOf(graph, ownRows),
    status: worstStatus(graph, ownRows),
    counts,
  };
}

/** Subcharts have names of their own: the chart of most resources, of several the first by name. */
function chartOf(graph: GraphReader, rows: Iterable<number>): string {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const chart = graph.chart(row);
    if (chart !== undefined) counts.set(chart, (counts.get(chart) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  const charts = [...counts].flatMap(([chart, count]) => count === most ? [chart] : []);
  return sortedTexts(graph, charts)[0] ?? "";
}

function worstStatus(graph: GraphReader, rows: Iterable<number>): Status {
  let worst = 0;
  for (const row of rows) worst = Math.max(worst, graph.statusNumber(row));
  return STATUSES[worst] ?? "Unknown";
}
