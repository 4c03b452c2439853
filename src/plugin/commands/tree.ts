import type { GraphAnswer, Key, Resource } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { type Output, print, printLine, statusCell } from "../output.ts";
import { resourceOf } from "../questions.ts";
import { ask, type Server } from "../server.ts";
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
    const { server, flags, output } = invocation;
    const resource = existing(await subjectOf(invocation));
    const branch = flags.up ? await ownersOf(server, resource) : await dependentsOf(server, resource);
    const table = () => printBranch(output, branch, { first: "", rest: "", namespace: resource.namespace });
    print(output, flags.output, { value: branch, table });
    return 0;
  },
};

async function dependentsOf(server: Server, resource: Resource): Promise<Branch> {
  const { nodes, edges } = await ask<GraphAnswer>(server, "/api/v1/graph", {
    owner: resource.uid,
    inactive: "true",
  });
  const byUid = new Map(nodes.map((node) => [node.uid, node]));
  const owned = Map.groupBy(edges.filter(({ type }) => type === "owns"), ({ from }) => from);
  const childrenOf = (uid: string, above: ReadonlySet<string>): Branch[] =>
    (owned.get(uid) ?? []).flatMap(({ to }) => {
      const node = byUid.get(to);
      // An owner may be its own dependent.
      if (node === undefined || above.has(to)) return [];
      return branchOf(node, childrenOf(to, new Set(above).add(to)));
    }).sort(byKey);
  return branchOf(resource, childrenOf(resource.uid, new Set([resource.uid])));
}

async function ownersOf(
  server: Server,
  resource: Resource,
  below: ReadonlySet<string> = new Set(),
): Promise<Branch> {
  const seen = new Set(below).add(resource.uid);
  const owners: Branch[] = [];
  for (const { type, resource: { uid } } of resource.relations.in) {
    if (type !== "owns" || seen.has(uid)) continue;
    owners.push(await ownersOf(server, await resourceOf(server, uid), seen));
  }
  return branchOf(resource, owners);
}

function branchOf(
  { kind, namespace, name, status, message }: Omit<Branch, "children">,
  children: readonly Branch[],
): Branch {
  return { kind, namespace, name, status, ...message !== undefined && { message }, children };
}

function byKey(a: Key, b: Key): number {
  const [left, right] = [`${a.kind}/${a.namespace}/${a.name}`, `${b.kind}/${b.namespace}/${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function printBranch(
  output: Output,
  branch: Branch,
  { first, rest, namespace }: { first: string; rest: string; namespace: string },
): void {
  const { status, message, children } = branch;
  const why = message && status !== "Ready" ? `  ${message}` : "";
  printLine(output, `${first}${label(branch, namespace)}  `, statusCell(status), why);
  for (const [i, child] of children.entries()) {
    const [corner, line] = i === children.length - 1 ? ["└─", "  "] : ["├─", "│ "];
    printBranch(output, child, { first: `${rest}${corner}`, rest: `${rest}${line}`, namespace });
  }
}
