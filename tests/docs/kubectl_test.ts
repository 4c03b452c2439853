/** The commands on the plugin's page are understood, and answered on a sample cluster. */
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../src/plugin/commands/registry.ts";
import { object } from "../http/objects.ts";
import { deployment } from "../http/workload.ts";
import { run } from "../plugin/run.ts";
import { commands, readPage } from "../support/markdown.ts";

const PREFIX = "kubectl astrolabe ";
const lines = commands(readPage("docs/kubectl.md")).filter((line) => line.startsWith(PREFIX));
const inPartners = [object("Namespace", "partners"), ...deployment("mailer", { release: "mailer" })].map((
  one,
) => ({
  ...one,
  metadata: {
    ...one.metadata,
    ...one.kind !== "Namespace" && { namespace: "partners" },
    annotations: one.kind === "Deployment"
      ? { "meta.helm.sh/release-name": "mailer", "meta.helm.sh/release-namespace": "partners" }
      : {},
  },
}));

for (const line of lines) {
  const args = line.slice(PREFIX.length).replace(/ \|.*/, "").replace(/ --server \S+/, "");
  // It would not end.
  if (args.startsWith("watch")) continue;
  Deno.test(`docs/kubectl.md, ${line}`, async () => {
    const { code, errors } = await run(args, inPartners);
    assertEquals([code, errors], [0, ""]);
  });
}

Deno.test("docs/kubectl.md, names every command", () => {
  const page = readPage("docs/kubectl.md");
  assertEquals(Object.keys(COMMANDS).filter((name) => !new RegExp(`[\` ]${name}[\` ]`).test(page)), []);
  assert(lines.length > 8);
});
