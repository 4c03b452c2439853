import type { Impact, Relation } from "../answers.ts";
import type { Command, Invocation } from "../invocation.ts";
import { plain, printTable, printValue, statusCell } from "../output.ts";
import { ask } from "../server.ts";
import { label, type Subject, subjectOf } from "../subject.ts";

export const whoUses: Command = {
  usage: "who-uses KIND/NAME",
  summary: "every resource that refers to this one, also if it is missing",

  async run(invocation) {
    const { flags, output } = invocation;
    const subject = await subjectOf(invocation);
    const users = await usersOf(subject, invocation);
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") printValue(output, format, users);
    else if (format === "name") {
      for (const { resource: { kind, name } } of users) {
        output.write(`${kind.toLowerCase()}/${plain(name)}\n`);
      }
    } else if (users.length === 0) {
      output.write(`Nothing refers to ${label(subject, subject.namespace)}.\n`);
    } else {
      printTable(
        output,
        ["NAMESPACE", "USED BY", "RELATION", "VIA", "OPTIONAL", "STATUS"],
        users.map(({ type, via, optional, resource }) => [
          resource.namespace === subject.namespace ? "" : resource.namespace,
          label(resource, resource.namespace),
          type,
          via?.join(",") ?? "",
          optional ? "yes" : "",
          statusCell(resource.status),
        ]),
      );
    }
    return 0;
  },
};

async function usersOf(subject: Subject, { server }: Invocation): Promise<readonly Relation[]> {
  const { kind: _kind, exactKind, namespace, name, resource } = subject;
  if (resource !== undefined) return resource.relations.in;
  const query = { kind: exactKind, name, ...namespace !== "" && { namespace } };
  const { nodes, edges } = await ask<Impact>(server, "/api/v1/impact", query);
  return nodes.filter(({ distance }) => distance === 1).map((node) => {
    const edge = edges.find(({ from, to }) => from === node.uid || to === node.uid);
    return {
      type: edge?.type ?? "",
      via: edge?.via ?? [],
      optional: edge?.optional ?? false,
      resource: node,
    };
  });
}
