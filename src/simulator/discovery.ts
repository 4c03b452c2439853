import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";

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
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    }));
    return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
  }
}

export function basePath(apiVersion: string): string {
  return apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
}
