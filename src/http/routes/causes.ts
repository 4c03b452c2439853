import * as v from "valibot";
import { type Cause, type CauseOrder, compareCauses } from "../../graph/queries/causes.ts";
import { SEVERITIES } from "../../graph/queries/problem.ts";
import { Slicer } from "../../graph/queries/slicer.ts";
import { rfc3339 } from "../../json/times.ts";
import { decodeCursor } from "../cursor.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { BUSY } from "../large_answer_slots.ts";
import { linkHeader, pageEntries, pageOf } from "../page.ts";
import type { ResourceKey } from "../resource_key.ts";
import { defineRoute, jsonList, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { ResourceCause } from "../schema.ts";
import { sortInSlices } from "../sort_in_slices.ts";

const PATH = "/api/v1/causes";

export function causesRoute({ graph, isLimited }: RouterDeps): Route {
  return defineRoute({
    path: PATH,
    summary: "The things to fix, worst first, each with all problems that follow from it",
    query: v.object({ ...filterEntries(graph), ...pageEntries }),
    answer: v.array(ResourceCause),
    failures: BUSY,
    body: "sliced",
    async build({ graph, query: { limit, continue: cursor, ...query }, url }) {
      const filter = toFilter(query);
      const slicer = new Slicer();
      const causes = await graph.causes({ filter, isLimited, slicer });
      const sorted = await sortInSlices(causes, compareCauses, slicer);
      const after = cursor === undefined ? undefined : orderOf(decodeCursor(cursor));
      const { entries, next } = pageOf(sorted, {
        limit,
        isAfter: (cause) => after === undefined || compareCauses(cause, after) > 0,
        keyOf,
      });
      refuseTooLarge(entries.length);
      return {
        bytes: await jsonList(entries.map(describeCause), slicer),
        headers: linkHeader(PATH, url, next),
      };
    },
  });
}

function describeCause({ bands: _bands, ...it }: Cause) {
  return { ...it, since: rfc3339(it.since) };
}

/** The place of a cause in the list, as three texts. */
function keyOf({ severity, counts, since, id }: Cause): ResourceKey {
  return { namespace: severity, kind: `${counts.pods}-${since}`, name: id };
}

function orderOf({ namespace, kind, name }: ResourceKey): CauseOrder {
  const [pods, since] = kind.split("-").map((part) => Number(part) || 0);
  const severity = SEVERITIES.find((it) => it === namespace) ?? SEVERITIES[0];
  return { severity, counts: { pods: pods ?? 0 }, since: since ?? 0, id: name };
}
