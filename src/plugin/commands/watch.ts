import type { Message } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { coloured, plain } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { follow } from "../server.ts";
import { label } from "../subject.ts";

/** The pause before a stream that ended is resumed. */
const PAUSE_MS = 1_000;

export const watch: Command = {
  usage: "watch [--release NAME] [--kind KIND]",
  summary: "changes as they come, until Ctrl-C",

  async run({ server, namespace, flags, output, signal }) {
    const known = new Map<string, { label: string; status: string }>();
    const query = {
      namespace: flags.release === undefined ? namespace : undefined,
      release: flags.release,
      kind: flags.kinds,
      labelSelector: flags.selector,
    };
    const line = (
      mark: string,
      name: string,
      { status, message = "" }: { status: string; message?: string },
    ) =>
      output.write(
        `${new Date().toTimeString().slice(0, 8)} ${mark} ${name}  ${
          coloured(output, { text: status, status })
        }  ${plain(message)}\n`,
      );
    let rv: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (
          const message of follow<Message>(server, "/api/v1/watch", { query: { ...query, rv }, signal })
        ) {
          failures = 0;
          rv = message.rv;
          if (flags.output === "json") {
            output.write(`${JSON.stringify(message)}\n`);
            continue;
          }
          for (const { op, node, uid = "" } of message.deltas) {
            if (op === "scope_changed") known.clear();
            if (op === "upsert_node" && node !== undefined) {
              const before = known.get(node.uid);
              const name = label(node, namespace);
              known.set(node.uid, { label: name, status: node.status });
              line(before === undefined ? "+" : "~", name, node);
            }
            if (op === "remove_node") {
              const gone = known.get(uid);
              known.delete(uid);
              if (gone !== undefined) line("-", gone.label, { status: gone.status });
            }
          }
        }
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof PluginError) && !(error instanceof TypeError)) throw error;
        if (rv === undefined || ++failures > 30) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return 0;
  },
};
