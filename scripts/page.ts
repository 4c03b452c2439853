/**
 * Makes the web page in dist/page from src/web. With `--watch` it makes the page anew whenever one of these
 * files changes, until it is stopped. Further arguments go to `deno bundle`.
 */
const TARGET = "dist/page";
const QUIET_MS = 100;

const flags = Deno.args.filter((arg) => arg !== "--watch");
const made = await make();
if (!Deno.args.includes("--watch")) Deno.exit(made ? 0 : 1);
let due: ReturnType<typeof setTimeout> | undefined;
for await (const { kind } of Deno.watchFs("src/web")) {
  if (kind === "access") continue;
  clearTimeout(due);
  due = setTimeout(make, QUIET_MS);
}

async function make(): Promise<boolean> {
  await Deno.mkdir(TARGET, { recursive: true });
  for (const name of ["index.html", "icon.svg"]) await Deno.copyFile(`src/web/${name}`, `${TARGET}/${name}`);
  const bundled = [["page.tsx", "page.js"], ["page.css", "page.css"]] as const;
  const codes = await Promise.all(
    bundled.map(([entry, output]) => bundle(`src/web/${entry}`, `${TARGET}/${output}`)),
  );
  return codes.every((code) => code === 0);
}

async function bundle(entry: string, output: string): Promise<number> {
  const args = ["bundle", "--quiet", "--minify", "--platform=browser", "--output", output, ...flags, entry];
  const { code } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit" }).spawn().status;
  return code;
}
