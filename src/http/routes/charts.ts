import * as v from "valibot";
import { Slicer } from "../../graph/queries/slicer.ts";
import { BUSY } from "../large_answer_slots.ts";
import { text } from "../query.ts";
import { defineRoute, jsonList, type Route } from "../route.ts";
import { sortInSlices } from "../sort_in_slices.ts";
import { compareUtf8 } from "../sort_rows.ts";

export function chartsRoute(): Route {
  const query = v.object({ namespace: text("Charts of resources in this namespace") });
  return defineRoute({
    path: "/api/v1/charts",
    summary: "Charts: values of the label helm.sh/chart, or of chart where that is missing",
    query,
    answer: v.array(v.string()),
    failures: BUSY,
    body: "sliced",
    async build({ graph, query: { namespace } }) {
      const slicer = new Slicer();
      const charts = Array.from(graph.charts(namespace), (chart) => graph.text.text(chart));
      return { bytes: await jsonList(await sortInSlices(charts, compareUtf8, slicer), slicer) };
    },
  });
}
