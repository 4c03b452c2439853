import type { Edge, Node } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { print, printLine, statusCell } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { chainOf, releaseOf } from "../questions.ts";
import { existing, label, subjectOf } from "../subject.ts";

export const why: Command = {
  usage: "why KIND/NAME [--release NAME]",
  summary: "the chain of relations that brings a resource into a release",

  async run(invocation) {
    const { server, flags, output } = invocation;
    const resource = existing(await subjectOf(invocation));
    const { namespace } = resource;
    const release = flags.release ?? releaseOf(resource);
    if (release === undefined) {
      throw new PluginError(`${label(resource, namespace)} has no release of its own; use --release`);
    }
    const chain = await chainOf(server, resource, release);
    const { nodes, edges } = chain;
    const table = () => {
      if (nodes.length === 0) {
        printLine(output, `${label(resource, namespace)} is not in the release ${release}.`);
        return;
      }
      printLine(output, release);
      for (const [i, node] of nodes.entries()) {
        const before = nodes[i - 1];
        const how = before === undefined ? "names the release itself" : described(before, node, edges);
        printLine(output, "  ".repeat(i + 1), label(node, namespace), `  ${how}  `, statusCell(node.status));
      }
    };
    print(output, flags.output, { value: chain, table });
    const isForPrograms = flags.output === "json" || flags.output === "yaml";
    return nodes.length === 0 && !isForPrograms ? 1 : 0;
  },
};

/** Returns how two neighbours of a chain are related, read from the earlier one. */
function described(before: Node, node: Node, edges: readonly Edge[]): string {
  const edge = edges.find(({ from, to }) =>
    from === before.uid && to === node.uid || from === node.uid && to === before.uid
  );
  if (edge === undefined) return "";
  const via = edge.via?.length ? ` (${edge.via.join(", ")})` : "";
  return edge.from === before.uid ? `it ${edge.type} this${via}` : `this ${edge.type} it${via}`;
}
