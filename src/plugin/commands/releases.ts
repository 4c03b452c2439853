import type { Release } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, plain, printTable, printValue, statusCell } from "../output.ts";
import { ask } from "../server.ts";

export const releases: Command = {
  usage: "releases",
  summary: "the Helm releases, with their status and revision",

  async run({ server, namespace, flags, output }) {
    const all = await ask<Release[]>(server, "/api/v1/releases", { detail: "true", namespace });
    const format = flags.output ?? "table";
    if (format === "json" || format === "yaml") printValue(output, format, all);
    else if (format === "name") {
      for (const { namespace, name } of all) output.write(`${plain(`${namespace}/${name}`)}\n`);
    } else if (all.length === 0) {
      output.write(`No releases found${namespace === undefined ? "" : ` in namespace ${namespace}`}.\n`);
    } else {
      printTable(
        output,
        ["NAMESPACE", "NAME", "STATUS", "CAUSES", "PODS", "REVISION", "HELM", "UPDATED", "CHART"],
        all.map((release) => [
          namespace === undefined ? release.namespace : "",
          release.name,
          statusCell(release.status),
          release.causes === 0 ? "" : String(release.causes),
          String(release.counts.pods),
          String(release.revision ?? ""),
          release.helmStatus ?? "",
          release.updated === null ? "" : age(release.updated),
          release.chart,
        ]),
      );
    }
    return 0;
  },
};
