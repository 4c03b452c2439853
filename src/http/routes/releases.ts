import * as v from "valibot";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { bandText } from "../../graph/queries/bands.ts";
import { type Cause, countCauses } from "../../graph/queries/causes.ts";
import type { ListedRelease } from "../../graph/queries/releases.ts";
import { Slicer } from "../../graph/queries/slicer.ts";
import type { Release as Named } from "../../model/record.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { rfc3339 } from "../../json/times.ts";
import { BUSY } from "../large_answer_slots.ts";
import { flag, text } from "../query.ts";
import { defineRoute, jsonList, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Release } from "../schema.ts";
import { sortInSlices } from "../sort_in_slices.ts";
import { compareUtf8 } from "../sort_rows.ts";

export function releasesRoute({ isLimited }: RouterDeps): Route {
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
    body: "sliced",
    async build({ graph, query: { namespace, detail } }) {
      const slicer = new Slicer();
      const releases = await graph.releases(slicer, namespace);
      if (!detail) {
        return {
          bytes: await jsonList(await sortInSlices(releases.map(nameOf), compareUtf8, slicer), slicer),
        };
      }
      const sorted = await sortInSlices(releases, compareReleases, slicer);
      const causes = await graph.causes({ filter: {}, isLimited, slicer });
      const described = await describeReleases(graph, sorted, { slicer, causes });
      return { bytes: await jsonList(described, slicer) };
    },
  });
}

function compareReleases(a: Named, b: Named): number {
  return compareUtf8(a.namespace, b.namespace) || compareUtf8(a.name, b.name);
}

/** Returns only the name, unless other releases have it too. */
function nameOf({ namespace, name, isAmbiguous }: ListedRelease): string {
  return isAmbiguous ? `${namespace}/${name}` : name;
}

async function describeReleases(
  graph: GraphReader,
  releases: readonly Named[],
  { slicer, causes }: { slicer: Slicer; causes: readonly Cause[] },
) {
  const counts = countCauses(causes);
  const described: (ReturnType<typeof describeRelease> & { causes: number })[] = [];
  let scratch = graph.newRowSet();
  for (const release of releases) {
    if (slicer.isOver) {
      await slicer.pause();
      scratch = graph.newRowSet();
    }
    scratch.clear();
    const found = counts.get(bandText({ release })) ?? 0;
    described.push({ ...describeRelease(graph, release, scratch), causes: found });
  }
  return described;
}

/** The counts cover the core of the release, not the attached resources. */
function describeRelease(graph: GraphReader, { namespace, name }: Named, scratch: RowSet) {
  const { charts, status, counts, newest } = graph.releaseSums({ namespace, name }, scratch);
  const chartNames = charts.map((chart) => graph.text.text(chart));
  return {
    namespace,
    name,
    chart: chartNames[0] ?? "",
    charts: chartNames,
    status,
    counts,
    revision: newest?.revision ?? null,
    helmStatus: newest?.status ?? null,
    updated: newest === undefined ? null : rfc3339(newest.updated),
  };
}
