import type { Release } from "../answers.ts";
import type { Command } from "../invocation.ts";
import { age, print, printLine, printTable, statusCell } from "../output.ts";
import { ask } from "../server.ts";

export const releases: Command = {
  usage: "releases",
  summary: "the Helm releases, with their status and revision",

  async run({ server, namespace, flags, output }) {
    const all = await ask<Release[]>(server, "/api/v1/releases", { detail: "true", namespace });
    const table = () => {
      if (all.length === 0) {
        printLine(output, `No releases found${namespace === undefined ? "" : ` in namespace ${namespace}`}.`);
        return;
      }
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
          age(release.updated),
          release.chart,
        ]),
      );
    };
    print(output, flags.output, {
      value: all,
      names: all.map(({ namespace, name }) => `${namespace}/${name}`),
      table,
    });
    return 0;
  },
};
