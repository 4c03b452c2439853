/**
 * Makes dist/astrolabe.js, or the file that $OUTPUT names, and beside it the licences of the third-party code
 * in it, THIRD_PARTY_NOTICES.txt. The first lines of the bundle contain the commit that `astrolabe version`
 * prints, which is $COMMIT or the commit of the checkout, and the files of the web page.
 */
import { dirname, join } from "node:path";
import { PAGE_FILE_NAMES } from "../src/page_files.ts";
import { noticesOf, noticesText } from "./notices.ts";

const file = Deno.env.get("OUTPUT") || "dist/astrolabe.js";

await run(Deno.execPath(), ["run", "-A", "scripts/page.ts", ...Deno.args], "inherit");
await run(
  Deno.execPath(),
  ["bundle", "--quiet", "--minify", "--output", file, ...Deno.args, "main.ts"],
  "inherit",
);
const commit = Deno.env.get("COMMIT") || await run("git", ["rev-parse", "HEAD"], "piped");
const bundle = await Deno.readTextFile(file);
const page = Object.fromEntries(
  await Promise.all(
    PAGE_FILE_NAMES.map(async (name) => [name, await Deno.readTextFile(`dist/page/${name}`)]),
  ),
);
const embedded = { ASTROLABE_COMMIT: commit, ASTROLABE_PAGE: page };
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
console.log(`${file}: ${Math.round(bundle.length / 1000)} kB, ${notices.length} packages, commit ${commit}`);

async function run(command: string, args: string[], stdout: "inherit" | "piped"): Promise<string> {
  const child = new Deno.Command(command, { args, stdout, stderr: "inherit" }).spawn();
  const output = stdout === "piped" ? await new Response(child.stdout).text() : "";
  const { code } = await child.status;
  if (code !== 0) Deno.exit(code);
  return output.trim();
}
