/**
 * Makes dist/astrolabe.js, or the file that $OUTPUT names. Its first line contains the commit that
 * `astrolabe version` prints: $COMMIT, or the commit of the checkout.
 */
const file = Deno.env.get("OUTPUT") || "dist/astrolabe.js";

await run(
  Deno.execPath(),
  ["bundle", "--quiet", "--minify", "--output", file, ...Deno.args, "main.ts"],
  "inherit",
);
const commit = Deno.env.get("COMMIT") || await run("git", ["rev-parse", "HEAD"], "piped");
const bundle = await Deno.readTextFile(file);
await Deno.writeTextFile(file, `globalThis.ASTROLABE_COMMIT=${JSON.stringify(commit)};\n${bundle}`);
console.log(`${file}: ${Math.round(bundle.length / 1000)} kB, commit ${commit}`);

async function run(command: string, args: string[], stdout: "inherit" | "piped"): Promise<string> {
  const child = new Deno.Command(command, { args, stdout, stderr: "inherit" }).spawn();
  const output = stdout === "piped" ? await new Response(child.stdout).text() : "";
  const { code } = await child.status;
  if (code !== 0) Deno.exit(code);
  return output.trim();
}
