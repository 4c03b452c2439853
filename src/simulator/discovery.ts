import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];

/**
 * Returns the discovery documents of an API server by path, as far as clients need them before their
 * requests.
 */
export function discovery(kinds: readonly ResourceKind[]): [path: string, answer: object][] {
  const apiVersions = Array.from(new Set(kinds.map(apiVersionOf)));
  const groups = Array.from(new Set(kinds.map(({ group }) => group))).filter((group) => group !== "").map(
    groupOf,
  );
  return [
    ["/version", { major: "1", minor: "36", gitVersion: "v1.36.0-simulated", platform: "deno" }],
    ["/api", { kind: "APIVersions", versions: ["v1"] }],
    ["/apis", { kind: "APIGroupList", apiVersion: "v1", groups }],
    ...groups.map((group): [string, object] => [`/apis/${group.name}`, group]),
    ...apiVersions.map((apiVersion): [string, object] => [basePath(apiVersion), resourceList(apiVersion)]),
  ];

  function groupOf(name: string) {
    const versions = apiVersions
      .filter((apiVersion) => apiVersion.startsWith(`${name}/`))
      .map((groupVersion) => ({ groupVersion, version: groupVersion.slice(name.length + 1) }));
    return { kind: "APIGroup", apiVersion: "v1", name, versions, preferredVersion: versions[0] };
  }

  function resourceList(groupVersion: string) {
    const resources = kinds.filter((kind) => apiVersionOf(kind) === groupVersion).map((kind) => ({
      name: kind.plural,
      singularName: kind.kind.toLowerCase(),
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: VERBS,
    }));
    return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
  }
}

/** Returns the document of aggregated discovery, which describes all groups but the core one. */
export function aggregatedDiscovery(kinds: readonly ResourceKind[]): object {
  const byGroup = Map.groupBy(kinds.filter(({ group }) => group !== ""), ({ group }) => group);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: Array.from(byGroup, ([name, ofGroup]) => ({
      metadata: { name, creationTimestamp: null },
      versions: Array.from(Map.groupBy(ofGroup, ({ version }) => version), ([version, ofVersion]) => ({
        version,
        freshness: "Current",
        resources: ofVersion.map((kind) => ({
          resource: kind.plural,
          responseKind: { group: kind.group, version, kind: kind.kind },
          scope: kind.namespaced ? "Namespaced" : "Cluster",
          singularResource: kind.kind.toLowerCase(),
          verbs: VERBS,
        })),
      })),
    })),
  };
}

export function basePath(apiVersion: string): string {
  return apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
}
