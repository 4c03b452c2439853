import type { Cause } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, print, printLine, printTable, statusCell } from "../output.ts";
import { askAll } from "../server.ts";
import { label, shortLabel } from "../subject.ts";

export const problems: Command = {
  usage: "problems [--release NAME] [--fail-on SEVERITY]",
  summary: "what is wrong, grouped by the one thing that must be fixed",

  async run({ server, namespace, flags, output }) {
    const { release, selector, failOn } = flags;
    const causes = await askAll<Cause>(server, "/api/v1/causes", {
      // A release with its namespace needs no other one.
      namespace: release?.includes("/") ? undefined : namespace,
      release,
      labelSelector: selector,
    });
    const table = (isWide: boolean) => {
      if (causes.length === 0) {
        printLine(output, `No problems found${namespace === undefined ? "" : ` in namespace ${namespace}`}.`);
        return;
      }
      printTable(
        output,
        ["NAMESPACE", "SEVERITY", "CAUSE", "MESSAGE", "PODS", "SINCE", ...isWide ? ["RELEASES", "ID"] : []],
        causes.map(({ id, severity, cause, message, counts, since, releases }) => [
          namespace === undefined ? cause.namespace : "",
          statusCell(severity),
          label(cause, cause.namespace),
          message,
          counts.pods === 0 ? "" : String(counts.pods),
          age(since),
          ...isWide ? [releases.map(({ namespace, name }) => `${namespace}/${name}`).join(", "), id] : [],
        ]),
      );
    };
    print(output, flags.output, {
      value: causes,
      names: causes.map(({ cause }) => shortLabel(cause)),
      table,
    });
    return causes.some(({ severity }) => severity === failOn || failOn === "warning") ? 1 : 0;
  },
};
