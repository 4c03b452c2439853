/**
 * Makes dist/astrolabe.js, or the file that $OUTPUT names. Beside it are the licences of the third-party code
 * in it, THIRD_PARTY_NOTICES.txt, and a list of this code for programs, astrolabe.cdx.json. The first lines of
 * the bundle contain the files of the web page, and the commit and the day that `astrolabe version` prints:
 * $COMMIT and $COMMIT_DATE, or those of the checkout.
 */
import { dirname, join } from "node:path";
import project from "../deno.json" with { type: "json" };
import { PAGE_FILE_NAMES } from "../src/page_files.ts";
import { noticesOf, noticesText } from "./notices.ts";
import { sbomOf } from "./sbom.ts";

const file = Deno.env.get("OUTPUT") || "dist/astrolabe.js";

await run(Deno.execPath(), ["run", "-A", "scripts/page.ts", ...Deno.args], "inherit");
await run(
  Deno.execPath(),
  ["bundle", "--quiet", "--minify", "--output", file, ...Deno.args, "main.ts"],
  "inherit",
);
const commit = Deno.env.get("COMMIT") || await run("git", ["rev-parse", "HEAD"], "piped");
const date = Deno.env.get("COMMIT_DATE") ||
  await run("git", ["show", "--no-patch", "--format=%cs", "HEAD"], "piped");
const bundle = await Deno.readTextFile(file);
const page = Object.fromEntries(
  await Promise.all(
    PAGE_FILE_NAMES.map(async (name) => [name, await Deno.readTextFile(`dist/page/${name}`)]),
  ),
);
const embedded = { ASTROLABE_COMMIT: commit, ASTROLABE_DATE: date, ASTROLABE_PAGE: page };
const assignments = Object.entries(embedded).map(([name, value]) =>
  `globalThis.${name}=${JSON.stringify(value)};\n`
);
await Deno.writeTextFile(file, assignments.join("") + bundle);

const graph = JSON.parse(await run(Deno.execPath(), ["info", "--json", ...Deno.args, "main.ts"], "piped"));
const readable = await run(Deno.execPath(), ["bundle", "--quiet", ...Deno.args, "main.ts"], "piped");
const notices = noticesOf(graph, readable);
await Deno.writeTextFile(
  join(dirname(file), "THIRD_PARTY_NOTICES.txt"),
  noticesText(notices, Deno.version.deno),
);
const sbom = sbomOf(notices.map(({ of }) => of), { version: project.version, deno: Deno.version.deno });
await Deno.writeTextFile(join(dirname(file), "astrolabe.cdx.json"), JSON.stringify(sbom, null, 2));
console.log(`${file}: ${Math.round(bundle.length / 1000)} kB, ${notices.length} packages, commit ${commit}`);

async function run(command: string, args: string[], stdout: "inherit" | "piped"): Promise<string> {
  const child = new Deno.Command(command, { args, stdout, stderr: "inherit" }).spawn();
  const output = stdout === "piped" ? await new Response(child.stdout).text() : "";
  const { code } = await child.status;
  if (code !== 0) Deno.exit(code);
  return output.trim();
}
