import type { Cause } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, plain, printTable, printValue, statusCell } from "../output.ts";
import { askAll } from "../server.ts";
import { label } from "../subject.ts";

export const problems: Command = {
  usage: "problems [--release NAME] [--fail-on SEVERITY]",
  summary: "what is wrong, grouped by the one thing that must be fixed",

  async run({ server, namespace, flags, output }) {
    const { release, selector, failOn } = flags;
    // A release with its namespace needs no other one.
    const within = release?.includes("/") ? undefined : namespace;
    const causes = await askAll<Cause>(server, "/api/v1/causes", {
      namespace: within,
      release,
      labelSelector: selector,
    });
    const code = causes.some(({ severity }) => severity === failOn || failOn === "warning") ? 1 : 0;
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") printValue(output, format, causes);
    else if (format === "name") {
      for (const { cause: { kind, name } } of causes) output.write(`${kind.toLowerCase()}/${plain(name)}\n`);
    } else if (causes.length === 0) {
      output.write(`No problems found${namespace === undefined ? "" : ` in namespace ${namespace}`}.\n`);
    } else {
      const wide = format === "wide";
      printTable(
        output,
        ["NAMESPACE", "SEVERITY", "CAUSE", "MESSAGE", "PODS", "SINCE", ...wide ? ["RELEASES", "ID"] : []],
        causes.map(({ id, severity, cause, message, counts, since, releases }) => [
          namespace === undefined ? cause.namespace : "",
          statusCell(severity),
          label(cause, cause.namespace),
          message,
          counts.pods === 0 ? "" : String(counts.pods),
          age(since),
          ...wide ? [releases.map(({ namespace, name }) => `${namespace}/${name}`).join(", "), id] : [],
        ]),
      );
    }
    return code;
  },
};
