import type { Impact } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { plain, printTable, printValue, statusCell } from "../output.ts";
import { ask } from "../server.ts";
import { label, subjectOf } from "../subject.ts";

export const impact: Command = {
  usage: "impact KIND/NAME",
  summary: "what stops working without this resource, also if it is missing",

  async run(invocation) {
    const { server, flags, output } = invocation;
    const { kind, exactKind, namespace, name, resource } = await subjectOf(invocation);
    const answer = resource === undefined
      ? await ask<Impact>(server, "/api/v1/impact", {
        kind: exactKind,
        name,
        ...namespace !== "" && { namespace },
      })
      : await ask<Impact>(server, `/api/v1/resources/${encodeURIComponent(resource.uid)}/impact`);
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") {
      printValue(output, format, answer);
      return 0;
    }
    if (format === "name") {
      for (const { kind, name } of answer.nodes) output.write(`${kind.toLowerCase()}/${plain(name)}\n`);
      return 0;
    }
    const subject = label({ kind, namespace, name }, namespace);
    output.write(
      `Without ${subject}${resource === undefined ? ", which is missing" : ""}: ${sentence(answer)}.\n`,
    );
    if (answer.nodes.length === 0) return 0;
    output.write("\n");
    printTable(
      output,
      ["NAMESPACE", "EFFECT", "RESOURCE", "DISTANCE", "STATUS", ...format === "wide" ? ["MESSAGE"] : []],
      [...answer.nodes].sort((a, b) => a.distance - b.distance).map((node) => [
        node.namespace === namespace ? "" : node.namespace,
        statusCell(node.effect),
        label(node, node.namespace),
        String(node.distance),
        statusCell(node.status),
        ...format === "wide" ? [node.message] : [],
      ]),
    );
    if (answer.truncated) output.write("\nThe list is cut; the sums are exact.\n");
    return 0;
  },
};

/** Returns the sums in words. */
function sentence({ summary }: Impact): string {
  const parts = Object.entries(summary).filter(([, count]) => count > 0).map(([what, count]) =>
    `${count} ${what === "other" ? count === 1 ? "other resource" : "other resources" : counted(what, count)}`
  );
  return parts.length === 0 ? "nothing else is affected, as far as the graph knows" : parts.join(", ");
}

function counted(plural: string, count: number): string {
  if (count !== 1) return plural;
  return plural === "ingresses" ? "ingress" : plural.replace(/s$/, "");
}
