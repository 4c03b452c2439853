import type { Kind } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { exactName } from "../kind_names.ts";
import { age, print, printTable } from "../output.ts";
import { ask } from "../server.ts";

export const kinds: Command = {
  usage: "kinds",
  summary: "the kinds, how many resources each has, and whether it is current",

  async run({ server, flags, output }) {
    const all = await ask<Kind[]>(server, "/api/v1/kinds");
    const table = () =>
      printTable(
        output,
        ["KIND", "APIVERSION", "NAMESPACED", "STATE", "COUNT", "LAST EVENT", "ERROR"],
        all.map((kind) => [
          kind.kind,
          kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
          String(kind.scope === "namespaced"),
          { text: kind.state, status: COLOURED[kind.state] ?? "Ready" },
          String(kind.count),
          age(kind.lastEvent),
          kind.error ?? "",
        ]),
      );
    print(output, flags.output, { value: all, names: all.map(exactName), table });
    return 0;
  },
};

/** The status whose colour a state has. */
const COLOURED: Readonly<Record<string, string>> = {
  listing: "Pending",
  stale: "Error",
  forbidden: "Pending",
  absent: "Unknown",
  "too-many": "Pending",
};
