/**
 * Prints the flag that tasks need if JSR does not answer: an import map that replaces its packages with
 * stand-ins. Prints nothing if JSR answers, or if the packages have been downloaded before.
 */
const { imports }: { imports: Record<string, string> } = JSON.parse(await Deno.readTextFile("deno.json"));

const download = new Deno.Command(Deno.execPath(), {
  args: ["cache", "--no-lock", ...Object.values(imports).filter((specifier) => specifier.startsWith("jsr:"))],
  stdout: "null",
  stderr: "null",
}).spawn();
const deadline = setTimeout(() => download.kill(), 5_000);
const { success } = await download.status;
clearTimeout(deadline);

if (!success) console.log("--import-map=stand_ins/import_map.json");
