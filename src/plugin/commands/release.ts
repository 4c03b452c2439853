import type { GraphAnswer, Release, Revision } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, plain, printTable, printValue, statusCell } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { ask } from "../server.ts";
import { label } from "../subject.ts";

export const release: Command = {
  usage: "release NAME",
  summary: "one release: its revisions and all that belongs to it",

  async run({ server, words, namespace, flags, output }) {
    const [name, surplus] = words;
    if (name === undefined) throw new PluginError("name the release: NAME or NAMESPACE/NAME");
    if (surplus !== undefined) throw new PluginError(`unexpected argument ${JSON.stringify(surplus)}`);
    const known = await ask<Release[]>(server, "/api/v1/releases", { detail: "true" });
    const found = known.filter((one) =>
      name.includes("/")
        ? `${one.namespace}/${one.name}` === name
        : one.name === name && (namespace ?? one.namespace) === one.namespace
    );
    const [only, another] = found;
    if (only === undefined) {
      const where = namespace === undefined || name.includes("/") ? "" : ` in namespace ${namespace}`;
      throw new PluginError(`release ${JSON.stringify(name)} not found${where}`);
    }
    if (another !== undefined) {
      const names = found.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
      throw new PluginError(`several releases have this name; use one of ${names}`);
    }
    const full = `${only.namespace}/${only.name}`;
    const [graph, history] = await Promise.all([
      ask<GraphAnswer>(server, "/api/v1/graph", { release: full }),
      ask<Revision[]>(
        server,
        `/api/v1/releases/${encodeURIComponent(only.namespace)}/${encodeURIComponent(only.name)}/history`,
      ),
    ]);
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") {
      printValue(output, format, { ...only, history, nodes: graph.nodes, edges: graph.edges });
      return 0;
    }
    const nodes = [...graph.nodes].sort((a, b) => label(a, undefined) < label(b, undefined) ? -1 : 1);
    if (format === "name") {
      for (const { kind, name } of nodes) output.write(`${kind.toLowerCase()}/${plain(name)}\n`);
      return 0;
    }
    const helm = only.helmStatus === null ? "" : `, revision ${only.revision} ${only.helmStatus}`;
    const causes = only.causes === 0 ? "" : `, ${only.causes} ${only.causes === 1 ? "cause" : "causes"}`;
    output.write(`${plain(full)}: ${only.status}${helm}${causes}, ${plain(only.chart) || "no chart"}\n\n`);
    printTable(
      output,
      ["NAMESPACE", "RESOURCE", "STATUS", "MESSAGE"],
      nodes.map((node) => [
        node.namespace === only.namespace ? "" : node.namespace,
        label(node, node.namespace),
        statusCell(node.status),
        node.message,
      ]),
    );
    if (history.length === 0) return 0;
    output.write("\n");
    printTable(
      output,
      ["REVISION", "HELM", "UPDATED"],
      history.map(({ revision, status, updated }) => [String(revision), status, age(updated)]),
    );
    return 0;
  },
};
