/**
 * Applies one-line mutations to a copy of the sources, one at a time, and runs the hermetic tests that cover
 * them. A mutation that all tests survive shows that one is missing:
 *
 *     deno task mutate [--seed 1] [--only TEXT]
 *
 * The seed shuffles the order. `--only` takes the mutations whose file or line contains the text. Prints each
 * mutation with what became of it, then the survivors. Exits with 1 if one of them is not explained in the
 * table, or if an explained one was found after all.
 */
import { random } from "../support/random.ts";
import { COVERING, type Mutation, MUTATIONS } from "./mutations.ts";

const COPIED = ["src", "tests", "stand_ins", "scripts", "deno.json", "deno.lock", "main.ts"];
/** A mutation that makes the tests run in a circle counts as found. */
const TESTS_TIMEOUT_MS = 180_000;

interface Options {
  readonly seed: number;
  readonly only: string;
  /** Flags for `deno test`. */
  readonly flags: readonly string[];
}

function readOptions(args: readonly string[]): Options {
  const valueOf = (name: string) => args.find((_, i) => args[i - 1] === name);
  const flags = args.filter((arg) => arg.startsWith("--import-map="));
  return { seed: Number(valueOf("--seed") ?? 1), only: valueOf("--only") ?? "", flags };
}

async function mutate({ seed, only, flags }: Options): Promise<boolean> {
  const chosen = MUTATIONS.filter(({ file, from }) => file.includes(only) || from.includes(only));
  const next = random(seed);
  const order = chosen.map((mutation) => ({ mutation, at: next() })).sort((a, b) => a.at - b.at);
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-mutation-" });
  try {
    for (const path of COPIED) await copy(path, `${folder}/${path}`);
    const sources = new Map<Mutation, string>();
    for (const mutation of chosen) sources.set(mutation, await applicable(mutation));
    for (const tests of new Set(chosen.map(testsFor))) {
      if (await run(tests, folder, flags) !== "green") {
        throw new Error(`the tests are red without a mutation: ${tests.join(" ")}`);
      }
    }

    const start = performance.now();
    const survivors: Mutation[] = [];
    const explainedInVain: Mutation[] = [];
    for (const { mutation } of order) {
      const path = `${folder}/${mutation.file}`;
      const source = sources.get(mutation)!;
      await Deno.writeTextFile(path, source.replace(mutation.from, () => mutation.to));
      const result = await run(testsFor(mutation), folder, flags);
      await Deno.writeTextFile(path, source);
      console.log(`${result.padEnd(9)} ${describe(mutation)}`);
      if (result === "green") survivors.push(mutation);
      else if (mutation.survives !== undefined) explainedInVain.push(mutation);
    }

    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`\n${chosen.length} mutations, ${survivors.length} survivors, ${seconds} s`);
    for (const it of survivors) console.log(`  ${describe(it)}: ${it.survives ?? "not explained"}`);
    for (const it of explainedInVain) console.log(`  ${describe(it)}: found, although explained`);
    return survivors.every(({ survives }) => survives !== undefined) && explainedInVain.length === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the source that a mutation applies to. */
async function applicable({ file, from }: Mutation): Promise<string> {
  const source = await Deno.readTextFile(file);
  const times = source.split(from).length - 1;
  if (times !== 1) throw new Error(`${file} has ${JSON.stringify(from)} ${times} times instead of once`);
  return source;
}

function testsFor({ file }: Mutation): readonly string[] {
  const found = COVERING.find(([room]) => file.startsWith(room));
  if (found === undefined) throw new Error(`no tests are named for ${file}`);
  return found[1];
}

async function run(
  tests: readonly string[],
  folder: string,
  flags: readonly string[],
): Promise<"green" | "red" | "timed out"> {
  const signal = AbortSignal.timeout(TESTS_TIMEOUT_MS);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--fail-fast", "--quiet", ...flags, ...tests],
    cwd: folder,
    stdout: "null",
    stderr: "null",
    signal,
  }).output();
  return success ? "green" : signal.aborted ? "timed out" : "red";
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

function describe({ file, from, to }: Mutation): string {
  return `${file}: ${from.trim()} → ${to.trim() || "nothing"}`;
}

Deno.exit(await mutate(readOptions(Deno.args)) ? 0 : 1);
