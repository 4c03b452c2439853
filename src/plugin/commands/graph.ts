import type { GraphAnswer } from "../answers.ts";
import { filterOf } from "../command_line.ts";
import { dot, mermaid } from "../diagram.ts";
import type { Command } from "../invocation.ts";
import { printValue } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { ask } from "../server.ts";

export const graph: Command = {
  usage: "graph [--release NAME] [--kind KIND] [-o dot|mermaid|json|yaml]",
  summary: "resources and relations, as a diagram or as data",

  async run({ server, namespace, flags, output, words }) {
    if (words.length > 0) throw new PluginError(`unexpected argument ${JSON.stringify(words[0])}`);
    const answer = await ask<GraphAnswer>(server, "/api/v1/graph", filterOf(flags, namespace));
    const format = flags.output ?? "dot";
    if (format === "dot") output.write(dot(answer));
    else if (format === "mermaid") output.write(mermaid(answer));
    else if (format === "json" || format === "yaml") printValue(output, format, answer);
    else throw new PluginError("--output of graph must be dot, mermaid, json or yaml");
    return 0;
  },
};
