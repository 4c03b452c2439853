import { kinds } from "../../src/kinds/registry.ts";
import type { GraphAnswer } from "../support/astrolabe.ts";

/** The server refuses larger answers. A change while the soak comes to rest must not exceed the limit. */
const WHOLE_MOST = 240_000;
const QUERY = "inactive=true&labels=true";

export interface ReadGraphOptions {
  /** Answers a path of the server. */
  readonly get: (path: string) => Promise<string>;
  readonly objects: number;
  readonly namespaces: readonly string[];
}

/** Reads the graph with everything that is inactive: in one answer, or, where it is too large, in parts. */
export async function readGraph({ get, objects, namespaces }: ReadGraphOptions): Promise<GraphAnswer> {
  if (objects <= WHOLE_MOST) return JSON.parse(await get(`/api/v1/graph?${QUERY}`));
  return await readInParts({ get, namespaces });
}

/**
 * Reads the graph of each namespace, of all cluster-scoped kinds, and of the kinds that have relations which
 * the graph of a namespace leaves out: a Pod's node, and a priority class.
 */
export async function readInParts(
  { get, namespaces }: Pick<ReadGraphOptions, "get" | "namespaces">,
): Promise<GraphAnswer> {
  const ofKinds = (names: readonly string[]) => names.map((name) => `kind=${name}`).join("&");
  const clusterScoped = kinds.filter(({ namespaced }) => !namespaced).map(({ kind }) => kind);
  const withTemplate = kinds.filter((rule) => rule.kind !== "Pod" && rule.mountsClaims).map(({ kind }) =>
    kind
  );
  const parts = [
    ...namespaces.map((namespace) => `namespace=${encodeURIComponent(namespace)}`),
    ofKinds(clusterScoped),
    ofKinds(["Pod", "Node"]),
    ofKinds(["Pod", "PriorityClass"]),
    ofKinds([...withTemplate, "PriorityClass"]),
  ];
  const nodes = new Map<string, GraphAnswer["nodes"][number]>();
  const edges = new Map<string, GraphAnswer["edges"][number]>();
  let rv = "";
  for (const part of parts) {
    const answer: GraphAnswer = JSON.parse(await get(`/api/v1/graph?${QUERY}&${part}`));
    rv = answer.rv;
    for (const node of answer.nodes) nodes.set(node.uid, node);
    for (const edge of answer.edges) edges.set(`${edge.type} ${edge.from} ${edge.to}`, edge);
  }
  return { rv, nodes: [...nodes.values()], edges: [...edges.values()] };
}
