/**
 * Reads what the API server serves, from `/apis`: aggregated discovery, or one document for each group and
 * version where an older API server does not have it.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
import { mapConcurrently } from "../model/map_concurrently.ts";

/** A kind in one version, as the API server serves it. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** It can be listed and watched. */
  readonly isWatchable: boolean;
}

export interface DiscoveryDocument {
  /** The preferred versions of a group come first. */
  readonly resources: readonly ServedResource[];
  /** Groups of which a version could not be discovered: what is missing may exist. */
  readonly incomplete: ReadonlySet<string>;
}

/** Fetches the JSON of a path. Returns undefined if the API server refuses it. */
type Fetch = (path: string, accept: string) => Promise<unknown>;

const AGGREGATED = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
const ACCEPT = [...AGGREGATED, "application/json"].join(",");
const REQUESTS_MAX = 8;

type Json = Readonly<Record<string, unknown>>;

/** Returns undefined if the API server does not describe its groups. */
export async function readDiscovery(fetch: Fetch): Promise<DiscoveryDocument | undefined> {
  const document = fields(await fetch("/apis", ACCEPT));
  if (document.kind === "APIGroupDiscoveryList") return ofAggregated(document);
  if (document.kind === "APIGroupList") return await ofGroups(document, fetch);
  return undefined;
}

function ofAggregated({ items }: Json): DiscoveryDocument {
  const incomplete = new Set<string>();
  const resources = list(items).flatMap(({ metadata, versions }) => {
    const group = text(fields(metadata).name);
    return list(versions).flatMap(({ version, freshness, resources }) => {
      if (freshness === "Stale") incomplete.add(group);
      return list(resources).flatMap(({ resource, responseKind, scope, verbs }) => {
        const { kind } = fields(responseKind);
        const namespaced = scope === "Namespaced";
        return servedResource({ group, version, kind, plural: resource, namespaced, verbs });
      });
    });
  });
  return { resources, incomplete };
}

async function ofGroups({ groups }: Json, fetch: Fetch): Promise<DiscoveryDocument> {
  const incomplete = new Set<string>();
  const versions = list(groups).flatMap(({ name, versions, preferredVersion }) => {
    const preferred = text(fields(preferredVersion).version);
    const others = list(versions).map(({ version }) => text(version)).filter((it) => it !== preferred);
    return [preferred, ...others].filter((it) => it !== "").map((version) => ({
      group: text(name),
      version,
    }));
  });
  const resources = await mapConcurrently(versions, REQUESTS_MAX, async ({ group, version }) => {
    const document = fields(await fetch(`/apis/${group}/${version}`, "application/json"));
    if (!Array.isArray(document.resources)) incomplete.add(group);
    return list(document.resources).flatMap(({ name, kind, namespaced, verbs }) =>
      text(name).includes("/")
        ? []
        : servedResource({ group, version, kind, plural: name, namespaced: namespaced === true, verbs })
    );
  });
  return { resources: resources.flat(), incomplete };
}

function servedResource(
  { group, version, kind, plural, namespaced, verbs }: Readonly<
    Record<"version" | "kind" | "plural" | "verbs", unknown> & { group: string; namespaced: boolean }
  >,
): ServedResource[] {
  if (group === "" || !text(version) || !text(kind) || !text(plural)) return [];
  const isWatchable = Array.isArray(verbs) && verbs.includes("list") && verbs.includes("watch");
  return [{ group, version: text(version), kind: text(kind), plural: text(plural), namespaced, isWatchable }];
}

function fields(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
