/**
 * Asks every endpoint that says something of resources, in many ways, and brings the answers into a form that
 * two servers share if they show the same objects: without revisions, and without an order that is not promised.
 */

/** The objects about which single questions are asked, whether or not the asker sees them. */
export interface Subjects {
  readonly uids: readonly string[];
  readonly namespaces: readonly string[];
  /** `namespace/name`. */
  readonly releases: readonly string[];
  readonly targets: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
}

type Fetch = (path: string) => Promise<Response>;

/** Lists whose order the contract promises. */
const SORTED = /^\/api\/v1\/(resources|releases|charts|namespaces|kinds|problems)(\?|$)/;
const FILTERED = ["graph", "resources", "problems", "causes", "bands"];

/** Returns the paths with all questions. */
export function everyPath({ uids, namespaces, releases, targets }: Subjects): string[] {
  const names = [...new Set(releases.map((release) => release.split("/")[1] ?? ""))];
  const queries = [
    "",
    "inactive=true",
    "status=Error",
    "kind=Pod",
    "kind=Secret&kind=ConfigMap&inactive=true",
    "unreferenced=true",
    "labelSelector=app",
    "q=e",
    ...namespaces.map((it) => `namespace=${it}`),
    ...namespaces.map((it) => `namespace=${it}&kind=Service`),
    ...namespaces.map((it) => `namespace=${it}&unreferenced=true`),
    namespaces.slice(0, 2).map((it) => `namespace=${it}`).join("&"),
    ...names.map((it) => `release=${it}`),
    ...releases.map((it) => `release=${it}&inactive=true`),
    ...uids.slice(0, 20).map((it) => `owner=${it}`),
  ];
  const filtered = FILTERED.flatMap((path) => queries.map((query) => `/api/v1/${path}?${query}`));
  const single = uids.flatMap((uid) => [
    `/api/v1/resources/${uid}`,
    `/api/v1/resources/${uid}/impact`,
    ...releases.slice(0, 3).map((it) => `/api/v1/resources/${uid}/why?release=${it}`),
  ]);
  return [
    ...filtered,
    ...single,
    "/api/v1/graph?labels=true&inactive=true",
    "/api/v1/releases",
    "/api/v1/releases?detail=true",
    ...namespaces.flatMap((it) => [`/api/v1/releases?namespace=${it}`, `/api/v1/charts?namespace=${it}`]),
    ...releases.map((it) => `/api/v1/releases/${it}/history`),
    ...targets.map((it) => `/api/v1/impact?${new URLSearchParams({ ...it })}`),
    "/api/v1/charts",
    "/api/v1/namespaces",
    "/api/v1/kinds",
    "/health",
  ];
}

/** Returns the answers by path. */
export async function everyAnswer(fetch: Fetch, paths: readonly string[]): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const path of paths) {
    const response = await fetch(path);
    const body = await response.json();
    answers.set(path, `${response.status} ${JSON.stringify(normal(path, body))}`);
  }
  return answers;
}

/** Returns the paths whose answers differ, with both answers. */
export function differences(
  actual: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): string[] {
  return [...expected].flatMap(([path, answer]) =>
    actual.get(path) === answer ? [] : [`${path}\n  is  ${actual.get(path)}\n  not ${answer}`]
  );
}

// deno-lint-ignore no-explicit-any -- answers of all endpoints
function normal(path: string, body: any): unknown {
  if (body.error !== undefined) return body.error.code;
  delete body.rv;
  if (path === "/api/v1/kinds") {
    return body.map(({ kind, group, count }: Record<string, unknown>) => [kind, group, count]);
  }
  if (path === "/health") return [body.nodes, body.edges];
  if (path.startsWith("/api/v1/causes")) {
    // Which of the affected resources come first is not promised.
    // deno-lint-ignore no-explicit-any -- causes
    return sorted(body.map(({ affected, counts, ...same }: any) => ({
      ...same,
      counts,
      releases: sorted(same.releases),
      affected: counts.resources > affected.length ? affected.length : sorted(affected),
    })));
  }
  if (Array.isArray(body)) return SORTED.test(path) ? body.map(normalNode) : sorted(body.map(normalNode));
  for (const list of ["nodes", "edges"]) if (list in body) body[list] = sorted(body[list].map(normalNode));
  return normalNode(body);
}

/** Sorts the names of targets, whose order is that of rows where a selector selects them. */
// deno-lint-ignore no-explicit-any -- a node or a resource
function normalNode(node: any): unknown {
  for (const part of [node, node?.metadata]) {
    if (part?.targetPods !== undefined) part.targetPods.sort();
  }
  return node;
}

function sorted(list: readonly unknown[]): string[] {
  return list.map((it) => JSON.stringify(it)).sort();
}
