import type { Release } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, print, printLine, printTable, statusCell } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { contentsOf } from "../questions.ts";
import { ask } from "../server.ts";
import { label, shortLabel } from "../subject.ts";

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
    const { graph, history } = await contentsOf(server, only);
    const nodes = [...graph.nodes].sort((a, b) => label(a, undefined) < label(b, undefined) ? -1 : 1);
    const table = () => {
      const helm = only.helmStatus === null ? "" : `, revision ${only.revision} ${only.helmStatus}`;
      const causes = only.causes === 0 ? "" : `, ${only.causes} ${only.causes === 1 ? "cause" : "causes"}`;
      const state = `${only.status}${helm}${causes}`;
      printLine(output, `${only.namespace}/${only.name}: ${state}, ${only.chart || "no chart"}`);
      printLine(output);
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
      if (history.length === 0) return;
      printLine(output);
      printTable(
        output,
        ["REVISION", "HELM", "UPDATED"],
        history.map(({ revision, status, updated }) => [String(revision), status, age(updated)]),
      );
    };
    print(output, flags.output, {
      value: { ...only, history, nodes: graph.nodes, edges: graph.edges },
      names: nodes.map(shortLabel),
      table,
    });
    return 0;
  },
};
