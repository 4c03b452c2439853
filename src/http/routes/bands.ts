import * as v from "valibot";
import { type BandKey, bandText } from "../../graph/queries/bands.ts";
import { type Cause, countCauses } from "../../graph/queries/causes.ts";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { Slicer } from "../../graph/queries/slicer.ts";
import type { RowSet } from "../../arrays/row_set.ts";
import { rfc3339 } from "../../json/times.ts";
import { STATUSES } from "../../model/status.ts";
import { decodeCursor } from "../cursor.ts";
import { filterEntries, refuseTooLarge, toFilter } from "../filter.ts";
import { BUSY } from "../large_answer_slots.ts";
import { linkHeader, pageEntries, pageOf } from "../page.ts";
import { type ResourceKey, resourceKey } from "../resource_key.ts";
import { defineRoute, jsonList, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { Band } from "../schema.ts";
import { sortInSlices } from "../sort_in_slices.ts";
import { compareUtf8 } from "../sort_rows.ts";

const PATH = "/api/v1/bands";

type Described = NonNullable<ReturnType<typeof describeBand>>;

/** The values that decide the order of bands. */
interface Order {
  /** Higher is worse. */
  readonly status: number;
  readonly causes: number;
  readonly namespace: string;
  readonly name: string;
}

export function bandsRoute({ graph, isLimited }: RouterDeps): Route {
  return defineRoute({
    path: PATH,
    summary: "Releases, and topmost owners of workloads without one, worst first",
    query: v.object({ ...filterEntries(graph), ...pageEntries }),
    answer: v.array(Band),
    failures: BUSY,
    body: "sliced",
    async build({ graph, query: { limit, continue: cursor, ...query }, url }) {
      const filter = toFilter(query);
      const slicer = new Slicer();
      const causes = await graph.causes({ filter: {}, isLimited, slicer });
      const bands = await describeBands(graph, await graph.bands(filter, slicer), { slicer, causes });
      const orders = new Map(bands.map((band) => [band, orderOf(band)]));
      const compare = (a: Described, b: Described) => compareOrders(orders.get(a)!, orders.get(b)!);
      const sorted = await sortInSlices(bands, compare, slicer);
      const after = cursor === undefined ? undefined : orderOfKey(decodeCursor(cursor));
      const { entries, next } = pageOf(sorted, {
        limit,
        isAfter: (band) => after === undefined || compareOrders(orders.get(band)!, after) > 0,
        keyOf,
      });
      refuseTooLarge(entries.length);
      return { bytes: await jsonList(entries, slicer), headers: linkHeader(PATH, url, next) };
    },
  });
}

async function describeBands(
  graph: GraphReader,
  keys: readonly BandKey[],
  { slicer, causes }: { slicer: Slicer; causes: readonly Cause[] },
): Promise<Described[]> {
  const counts = countCauses(causes);
  const described: Described[] = [];
  let scratch = graph.newRowSet();
  for (const key of keys) {
    if (slicer.isOver) {
      await slicer.pause();
      scratch = graph.newRowSet();
    }
    scratch.clear();
    const band = describeBand(graph, key, { scratch, causes: counts.get(bandText(key)) ?? 0 });
    if (band !== undefined) described.push(band);
  }
  return described;
}

function describeBand(
  graph: GraphReader,
  key: BandKey,
  { scratch, causes }: { scratch: RowSet; causes: number },
) {
  const sums = graph.bandSums(key, scratch);
  if (sums === undefined) return undefined;
  const { owner, chart, since, ...same } = sums;
  return {
    release: key.release,
    owner: owner === undefined ? undefined : { uid: graph.uid(owner), ...resourceKey(graph, owner) },
    chart: chart === undefined ? "" : graph.text.text(chart),
    ...same,
    causes,
    since: since === undefined ? null : rfc3339(since),
  };
}

function orderOf({ release, owner, status, causes }: Described): Order {
  const { namespace = "", name = "" } = release ?? owner ?? {};
  // A release and an owner may have the same name, so the kind of the owner is appended.
  const whole = owner === undefined ? name : `${name} ${owner.kind}`;
  return { status: STATUSES.indexOf(status), causes, namespace, name: whole };
}

function compareOrders(a: Order, b: Order): number {
  return b.status - a.status || b.causes - a.causes || compareUtf8(a.namespace, b.namespace) ||
    compareUtf8(a.name, b.name);
}

/** The place of a band in the list, as three texts. */
function keyOf(band: Described): ResourceKey {
  const { status, causes, namespace, name } = orderOf(band);
  return { namespace, kind: `${status}-${causes}`, name };
}

function orderOfKey({ namespace, kind, name }: ResourceKey): Order {
  const [status = 0, causes = 0] = kind.split("-").map((part) => Number(part) || 0);
  return { status, causes, namespace, name };
}
