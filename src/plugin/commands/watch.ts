import type { Message } from "../answers.ts";
import { filterOf } from "../command_line.ts";
import type { Command } from "../invocation.ts";
import { type Output, printLine, statusCell } from "../output.ts";
import { PluginError } from "../plugin_error.ts";
import { follow } from "../server.ts";
import { label } from "../subject.ts";

/** The pause before a stream that ended is resumed. */
const PAUSE_MS = 1_000;
/** The attempts to resume a stream before the command gives up. */
const ATTEMPTS_MAX = 30;

export const watch: Command = {
  usage: "watch [--release NAME] [--kind KIND]",
  summary: "changes as they come, until Ctrl-C",

  async run({ server, namespace, flags, output, signal }) {
    const filter = filterOf(flags, namespace);
    const picture = new Picture(output, namespace);
    let rv: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const query = { ...filter, rv };
        for await (const message of follow<Message>(server, "/api/v1/watch", { query, signal })) {
          failures = 0;
          // A cut within a batch repeats the batch.
          if (!message.partial) rv = message.rv;
          if (flags.output === "json") output.write(`${JSON.stringify(message)}\n`);
          else picture.apply(message);
        }
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof PluginError) && !(error instanceof TypeError)) throw error;
        if (rv === undefined || ++failures > ATTEMPTS_MAX) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return 0;
  },
};

/** The resources that the stream has shown, and the lines about their changes. */
class Picture {
  readonly #output: Output;
  readonly #namespace: string | undefined;
  readonly #known = new Map<string, { label: string; status: string }>();

  constructor(output: Output, namespace: string | undefined) {
    this.#output = output;
    this.#namespace = namespace;
  }

  apply({ deltas }: Message): void {
    for (const { op, node, uid = "" } of deltas) {
      if (op === "scope_changed") this.#known.clear();
      if (op === "upsert_node" && node !== undefined) {
        const named = { label: label(node, this.#namespace), status: node.status };
        this.#print(this.#known.has(node.uid) ? "~" : "+", named, node.message);
        this.#known.set(node.uid, named);
      }
      if (op === "remove_node") {
        const gone = this.#known.get(uid);
        if (gone !== undefined) this.#print("-", gone);
        this.#known.delete(uid);
      }
    }
  }

  #print(mark: string, { label, status }: { label: string; status: string }, message = ""): void {
    const time = new Date().toTimeString().slice(0, 8);
    printLine(this.#output, `${time} ${mark} ${label}  `, statusCell(status), `  ${message}`);
  }
}
