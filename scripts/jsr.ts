/**
 * Prints the flag that tasks need where JSR does not answer: an import map that puts stand-ins in place of
 * its packages. Prints nothing where it answers, or where they have been downloaded before.
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
