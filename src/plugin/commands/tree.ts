import type { GraphAnswer, Key, Resource } from "../answers.ts";
import type { Command, Invocation } from "../invocation.ts";
import { coloured, printValue } from "../output.ts";
import { ask } from "../server.ts";
import { existing, label, subjectOf } from "../subject.ts";

interface Branch extends Key {
  readonly status: string;
  readonly message?: string;
  readonly children: readonly Branch[];
}

export const tree: Command = {
  usage: "tree [--up] KIND/NAME",
  summary: "what a resource owns, or with --up, what owns it",

  async run(invocation) {
    const { flags, output } = invocation;
    const resource = existing(await subjectOf(invocation));
    const branch = flags.up ? await ownersOf(resource, invocation) : await dependentsOf(resource, invocation);
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") printValue(output, format, branch);
    else print(branch, { first: "", rest: "" }, { output, namespace: resource.namespace });
    return 0;
  },
};

async function dependentsOf(resource: Resource, { server }: Invocation): Promise<Branch> {
  const { nodes, edges } = await ask<GraphAnswer>(server, "/api/v1/graph", {
    owner: resource.uid,
    inactive: "true",
  });
  const byUid = new Map(nodes.map((node) => [node.uid, node]));
  const owned = Map.groupBy(edges.filter(({ type }) => type === "owns"), ({ from }) => from);
  const branchOf = (uid: string, above: ReadonlySet<string>): Branch[] => {
    const node = byUid.get(uid);
    // An owner may be its own dependent.
    if (node === undefined || above.has(uid)) return [];
    const below = new Set(above).add(uid);
    const { kind, namespace, name, status, message } = node;
    const children = (owned.get(uid) ?? []).flatMap(({ to }) => branchOf(to, below)).sort(byKey);
    return [{ kind, namespace, name, status, message, children }];
  };
  const { kind, namespace, name, status, message } = resource;
  return branchOf(resource.uid, new Set())[0] ?? { kind, namespace, name, status, message, children: [] };
}

async function ownersOf(
  resource: Resource,
  { server }: Invocation,
  below: ReadonlySet<string> = new Set(),
): Promise<Branch> {
  const { kind, namespace, name, status, message, uid } = resource;
  const seen = new Set(below).add(uid);
  const owners = resource.relations.in.filter(({ type, resource }) =>
    type === "owns" && !seen.has(resource.uid)
  );
  const children: Branch[] = [];
  for (const { resource: { uid } } of owners) {
    const owner = await ask<Resource>(server, `/api/v1/resources/${encodeURIComponent(uid)}`);
    children.push(await ownersOf(owner, { server } as Invocation, seen));
  }
  return { kind, namespace, name, status, message, children };
}

function byKey(a: Key, b: Key): number {
  const [left, right] = [`${a.kind}/${a.namespace}/${a.name}`, `${b.kind}/${b.namespace}/${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function print(
  branch: Branch,
  { first, rest }: { first: string; rest: string },
  to: Pick<Invocation, "output"> & { namespace: string },
): void {
  const { output, namespace } = to;
  const status = coloured(output, { text: branch.status, status: branch.status });
  const message = branch.message && branch.status !== "Ready" ? `  ${branch.message}` : "";
  output.write(`${first}${label(branch, namespace)}  ${status}${message}\n`);
  for (const [i, child] of branch.children.entries()) {
    const isLast = i === branch.children.length - 1;
    print(child, { first: `${rest}${isLast ? "└─" : "├─"}`, rest: `${rest}${isLast ? "  " : "│ "}` }, to);
  }
}
