import type { KindStatus } from "../../model/kind_status.ts";
import { answerProbe, type Check, Probe, probeQuery } from "../probe.ts";
import { defineRoute, type Route } from "../route.ts";
import type { RouterDeps } from "../router_deps.ts";
import { isListed, ofBuiltIns } from "../synced.ts";

/**
 * The server is ready when it has a graph to show: a restored one, unless another replica follows the cluster better,
 * or one of complete lists. Stale kinds do
 * not matter, since an old answer that says so beats none. Neither does Redis: its state is shown only.
 */
export function readyzRoute({ readiness, kindStatuses, persistence }: RouterDeps): Route {
  return defineRoute({
    path: "/readyz",
    summary: "Whether the server has a graph to show",
    query: probeQuery,
    answer: Probe,
    failures: { 503: "Not ready, with a line for each check" },
    anyHost: true,
    admits: "everybody",
    body: "small",
    respond({ query, graph }) {
      const { shuttingDown, restored } = readiness();
      const statuses = ofBuiltIns(kindStatuses());
      const graphFailure = restored || isListed(statuses) ? undefined : whyNotSynced(statuses);
      const checks: Check[] = [
        { name: "shutdown", failure: shuttingDown ? "shutting down" : undefined },
        { name: "graph", failure: graphFailure },
        ...statuses.map((status) => ({
          name: status.kind.kind,
          failure: restored ? undefined : whyNotListed(status),
          note: whyNotCurrent(status),
        })),
        { name: "persistence", failure: undefined, note: describe(persistence()) },
      ];
      const told = graph.seesAll ? checks : checks.map(withoutReasons);
      return answerProbe("readyz", { verbose: query.verbose, checks: told });
    },
  });
}

/** Reasons may name what only some may know. */
function withoutReasons({ name, failure }: Check): Check {
  return { name, failure: failure === undefined ? undefined : "reason withheld" };
}

function whyNotSynced(statuses: readonly KindStatus[]): string {
  const listing = statuses.filter((status) => whyNotListed(status) !== undefined).length;
  return listing > 0
    ? `${listing} of ${statuses.length} kinds are not listed yet`
    : "every kind is forbidden or absent";
}

function whyNotListed({ state, restored, error }: KindStatus): string | undefined {
  if (state !== "listing" && !restored) return undefined;
  return error === undefined ? "not listed yet" : `not listed yet: ${error}`;
}

function whyNotCurrent({ state, error }: KindStatus): string | undefined {
  if (state === "synced" && error === undefined) return undefined;
  return error === undefined ? state : `${state}: ${error}`;
}

/** Returns what `/health` says of persistence, in one line. */
function describe({ enabled, ...more }: ReturnType<RouterDeps["persistence"]>): string {
  if (!enabled) return "disabled";
  return Object.entries(more).map(([field, value]) => `${field}: ${value}`).join(", ");
}
