/**
 * Makes dist/astrolabe-linux-x64 and -arm64 from the bundle, or the ones named on the command line, with the
 * permissions and V8 flags of the task `start`. These binaries may run programs, because a kubeconfig may
 * name a program that fetches its credentials. With `--image` they may not, because a Pod has a token.
 * `--image` also turns off V8's code cache: a new container never has one, and making it takes 25 MB.
 */
const TARGETS = new Map([
  ["x64", "x86_64-unknown-linux-gnu"],
  ["arm64", "aarch64-unknown-linux-gnu"],
]);

const { tasks }: { tasks: { start: { command: string } } } = JSON.parse(await Deno.readTextFile("deno.json"));
const flags = tasks.start.command.match(/--(v8-flags|allow-[a-z]+)\S*/g) ?? [];

const isForImage = Deno.args.includes("--image");
const named = Deno.args.filter((arg) => !arg.startsWith("--"));
for (const name of named.length > 0 ? named : TARGETS.keys()) {
  const target = TARGETS.get(name);
  if (target === undefined) {
    console.error(`unknown architecture ${name}: there are ${[...TARGETS.keys()].join(" and ")}`);
    Deno.exit(2);
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-config", "--no-lock", ...flags],
      ...isForImage ? ["--no-prompt", "--no-code-cache"] : ["--allow-run"],
      ...[`--target=${target}`, `--output=dist/astrolabe-linux-${name}`, "dist/astrolabe.js"],
    ],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
