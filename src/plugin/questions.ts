/** The questions about one resource or one release that commands and tools have in common. */
import type {
  Edge,
  Found,
  GraphAnswer,
  Impact,
  Key,
  Kind,
  Node,
  Relation,
  Resource,
  Revision,
} from "./answers.ts";
import { exactName, findKind } from "./kind_names.ts";
import { PluginError } from "./plugin_error.ts";
import { ask, type Server } from "./server.ts";

export interface Subject extends Key {
  /** The name that means exactly this kind. */
  readonly exactKind: string;
  /** Undefined if no such resource exists. */
  readonly resource: Resource | undefined;
}

/** A resource as a person names it. A kind may be a short name; a cluster-scoped kind needs no namespace. */
interface Named extends Omit<Key, "namespace"> {
  readonly namespace: string | undefined;
  /** What to say if the kind needs a namespace and there is none. */
  readonly withoutNamespace: string;
}

export async function findSubject(server: Server, named: Named): Promise<Subject> {
  const kind = findKind(named.kind, await ask<Kind[]>(server, "/api/v1/kinds"));
  const namespace = kind.scope === "namespaced" ? named.namespace : "";
  if (namespace === undefined) throw new PluginError(named.withoutNamespace);
  const { name } = named;
  const exactKind = exactName(kind);
  const [found] = await ask<Found[]>(server, "/api/v1/resources", {
    ...keyQuery({ exactKind, namespace, name }),
    inactive: "true",
  });
  const resource = found && await resourceOf(server, found.uid);
  return { kind: kind.kind, namespace, name, exactKind, resource };
}

export async function resourceOf(server: Server, uid: string): Promise<Resource> {
  return await ask<Resource>(server, pathOf(uid));
}

/** Returns what stops working without a resource, or because it is missing. */
export async function impactOf(server: Server, subject: Subject): Promise<Impact> {
  const { resource } = subject;
  if (resource !== undefined) return await ask<Impact>(server, `${pathOf(resource.uid)}/impact`);
  return await ask<Impact>(server, "/api/v1/impact", keyQuery(subject));
}

/** Returns the relations of all that refers to a resource, which may be missing. */
export async function usersOf(server: Server, subject: Subject): Promise<readonly Relation[]> {
  if (subject.resource !== undefined) return subject.resource.relations.in;
  const { nodes, edges } = await impactOf(server, subject);
  return nodes.filter(({ distance }) => distance === 1).map((node) => {
    const { type = "", via = [], optional = false } = edges.find(({ from, to }) =>
      from === node.uid || to === node.uid
    ) ?? {};
    return { type, via, optional, resource: node };
  });
}

/** Returns the release of a resource as `namespace/name`. */
export function releaseOf({ release, releaseNamespace }: Resource): string | undefined {
  return release ? `${releaseNamespace}/${release}` : undefined;
}

/** Returns the chain through which a resource is in a release, which is empty if it is not. */
export async function chainOf(
  server: Server,
  { uid }: Resource,
  release: string,
): Promise<{ readonly nodes: readonly Node[]; readonly edges: readonly Edge[] }> {
  return await ask(server, `${pathOf(uid)}/why`, { release });
}

/** Returns all that belongs to a release, and its revisions. */
export async function contentsOf(
  server: Server,
  { namespace, name }: Pick<Key, "namespace" | "name">,
): Promise<{ readonly graph: GraphAnswer; readonly history: readonly Revision[] }> {
  const path = `/api/v1/releases/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/history`;
  const [graph, history] = await Promise.all([
    ask<GraphAnswer>(server, "/api/v1/graph", { release: `${namespace}/${name}` }),
    ask<Revision[]>(server, path),
  ]);
  return { graph, history };
}

function pathOf(uid: string): string {
  return `/api/v1/resources/${encodeURIComponent(uid)}`;
}

function keyQuery({ exactKind, namespace, name }: Omit<Subject, "kind" | "resource">) {
  return { kind: exactKind, name, namespace: namespace === "" ? undefined : namespace };
}
