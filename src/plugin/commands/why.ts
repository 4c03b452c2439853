import type { Edge, Node } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { coloured, plain, printValue } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { ask } from "../server.ts";
import { existing, label, subjectOf } from "../subject.ts";

export const why: Command = {
  usage: "why KIND/NAME [--release NAME]",
  summary: "the chain of relations that brings a resource into a release",

  async run(invocation) {
    const { server, flags, output } = invocation;
    const resource = existing(await subjectOf(invocation));
    const own = resource.release ? `${resource.releaseNamespace}/${resource.release}` : undefined;
    const release = flags.release ?? own;
    if (release === undefined) {
      throw new PluginError(
        `${label(resource, resource.namespace)} has no release of its own; use --release`,
      );
    }
    const path = `/api/v1/resources/${encodeURIComponent(resource.uid)}/why`;
    const chain = await ask<{ nodes: Node[]; edges: Edge[] }>(server, path, { release });
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") {
      printValue(output, format, chain);
      return 0;
    }
    if (chain.nodes.length === 0) {
      output.write(`${label(resource, resource.namespace)} is not in the release ${plain(release)}.\n`);
      return 1;
    }
    output.write(`${plain(release)}\n`);
    for (const [i, node] of chain.nodes.entries()) {
      const before = chain.nodes[i - 1];
      const how = before === undefined ? "names the release itself" : described(before, node, chain.edges);
      const status = coloured(output, { text: node.status, status: node.status });
      output.write(`${"  ".repeat(i + 1)}${label(node, resource.namespace)}  ${how}  ${status}\n`);
    }
    return 0;
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
