import type { Command } from "../invocation.ts";
import { print, printLine, printTable, statusCell } from "../output.ts";
import { usersOf } from "../questions.ts";
import { label, shortLabel, subjectOf } from "../subject.ts";

export const whoUses: Command = {
  usage: "who-uses KIND/NAME",
  summary: "every resource that refers to this one, also if it is missing",

  async run(invocation) {
    const { server, flags, output } = invocation;
    const subject = await subjectOf(invocation);
    const users = await usersOf(server, subject);
    const table = () => {
      if (users.length === 0) {
        printLine(output, `Nothing refers to ${label(subject, subject.namespace)}.`);
        return;
      }
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
    };
    print(output, flags.output, {
      value: users,
      names: users.map(({ resource }) => shortLabel(resource)),
      table,
    });
    return 0;
  },
};
