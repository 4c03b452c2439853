import type { Impact } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { print, printLine, printTable, statusCell } from "../output.ts";
import { impactOf } from "../questions.ts";
import { label, shortLabel, subjectOf } from "../subject.ts";

export const impact: Command = {
  usage: "impact KIND/NAME",
  summary: "what stops working without this resource, also if it is missing",

  async run(invocation) {
    const { server, flags, output } = invocation;
    const subject = await subjectOf(invocation);
    const { namespace, resource } = subject;
    const answer = await impactOf(server, subject);
    const table = (isWide: boolean) => {
      const missing = resource === undefined ? ", which is missing" : "";
      printLine(output, `Without ${label(subject, namespace)}${missing}: ${sentence(answer)}.`);
      if (answer.nodes.length === 0) return;
      printLine(output);
      printTable(
        output,
        ["NAMESPACE", "EFFECT", "RESOURCE", "DISTANCE", "STATUS", ...isWide ? ["MESSAGE"] : []],
        [...answer.nodes].sort((a, b) => a.distance - b.distance).map((node) => [
          node.namespace === namespace ? "" : node.namespace,
          statusCell(node.effect),
          label(node, node.namespace),
          String(node.distance),
          statusCell(node.status),
          ...isWide ? [node.message] : [],
        ]),
      );
      if (!answer.truncated) return;
      printLine(output);
      printLine(output, "The list is cut; the sums are exact.");
    };
    print(output, flags.output, { value: answer, names: answer.nodes.map(shortLabel), table });
    return 0;
  },
};

const SINGULAR: Readonly<Record<string, string>> = {
  workloads: "workload",
  pods: "pod",
  services: "service",
  ingresses: "ingress",
  other: "other resource",
};

/** Returns the sums in words. */
function sentence({ summary }: Impact): string {
  const parts = Object.entries(summary).filter(([, count]) => count > 0).map(([what, count]) => {
    const plural = what === "other" ? "other resources" : what;
    return `${count} ${count === 1 ? SINGULAR[what] : plural}`;
  });
  return parts.length === 0 ? "nothing else is affected, as far as the graph knows" : parts.join(", ");
}
