/**
 * Makes binaries that need no Deno from the bundle: dist/astrolabe-linux-x64 and those of the other targets, or
 * the ones named on the command line, with the permissions and V8 flags of the task `start`. These binaries may
 * run programs, because a kubeconfig may name a program that fetches its credentials. With `--image` they may
 * not, because a Pod has a token. `--image` also turns off V8's code cache: a new container never has one, and
 * making it takes 25 MB.
 */
import { binaryOf, TARGETS } from "./targets.ts";

const { tasks }: { tasks: { start: { command: string } } } = JSON.parse(await Deno.readTextFile("deno.json"));
const flags = tasks.start.command.match(/--(v8-flags|allow-[a-z]+)\S*/g) ?? [];

const isForImage = Deno.args.includes("--image");
const named = Deno.args.filter((arg) => !arg.startsWith("--"));
const unknown = named.find((name) => !TARGETS.some((target) => target.name === name));
if (unknown !== undefined) {
  console.error(`unknown target ${unknown}: there are ${TARGETS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
for (const target of TARGETS.filter(({ name }) => named.length === 0 || named.includes(name))) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-config", "--no-lock", ...flags],
      ...isForImage ? ["--no-prompt", "--no-code-cache"] : ["--allow-run"],
      ...[`--target=${target.triple}`, `--output=${binaryOf(target)}`, "dist/astrolabe.js"],
    ],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
