/**
 * The command line: a command and its flags. Flags come in GNU's forms and in Go's: one dash or two, `--port
 * 8080` or `--port=8080`, a switch without a value or with `=true` or `=false`. config.ts reads the values.
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Flags, UsageError } from "./config.ts";
import { type Command, COMMANDS, type Option, type OptionName, OPTIONS } from "./options.ts";
import { boolean } from "./values.ts";

export interface CommandLine {
  readonly command: Command | "help";
  readonly flags: Flags;
  /** The file of `check-config`. */
  readonly file?: string | undefined;
  /** Flags that were accepted for compatibility and have no effect. */
  readonly ignored: readonly string[];
}

/** klog's flags, which have no effect here, and whether they are switches. */
const KLOG_FLAGS = new Map([
  ["add_dir_header", true],
  ["alsologtostderr", true],
  ["log_backtrace_at", false],
  ["log_dir", false],
  ["log_file", false],
  ["log_file_max_size", false],
  ["logtostderr", true],
  ["one_output", true],
  ["skip_headers", true],
  ["skip_log_headers", true],
  ["stderrthreshold", false],
  ["vmodule", false],
]);

const SWITCHES = new Map<string, boolean>([
  ...Object.entries<Option<unknown>>(OPTIONS).map(([name, { value }]) => [name, !value] as const),
  ...KLOG_FLAGS,
  ["help", true],
  ["h", true],
]);

/** @throws {UsageError} that names the unknown flag or argument. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const names = [...SWITCHES.keys()];
  const { _: words, ...values } = parseArgs(normalize(args), { string: ["_", ...names], collect: names });
  const given = new Map(
    Object.entries(values as Record<string, string[]>).filter(([, all]) => all.length > 0),
  );
  if (isOn(given.get("help")) || isOn(given.get("h"))) {
    return { command: "help", flags: new Map(), ignored: [] };
  }

  const [word = "serve", ...more] = words;
  const command = COMMANDS.find((known) => known === word);
  if (!command) throw new UsageError(`unknown command ${printed(word)}${suggest(String(word), COMMANDS)}`);
  const [file, ...rest] = command === "check-config" ? more.map(String) : [undefined, ...more];
  if (command === "check-config" && file === undefined) throw new UsageError("check-config needs a FILE");
  if (rest.length > 0) throw new UsageError(`unexpected argument ${printed(rest[0])}`);

  const flags = new Map<OptionName, string[]>();
  for (const [name, texts] of given) {
    if (!isOption(name)) continue;
    const { only }: Option<unknown> = OPTIONS[name];
    if (only && !only.includes(command)) {
      throw new UsageError(`--${name} is a flag of ${only.join(" and ")}, not of ${command}`);
    }
    flags.set(name, texts);
  }
  return { command, flags, file, ignored: [...given.keys()].filter((name) => KLOG_FLAGS.has(name)) };
}

/**
 * Moves positional arguments to the front, and writes every flag as `--name=value`, or `--name` without a
 * value.
 */
function normalize(args: readonly string[]): string[] {
  const words: string[] = [];
  const flags: string[] = [];
  const rest = args[Symbol.iterator]();
  for (const arg of rest) {
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const [, name = "", assigned] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const isSwitch = SWITCHES.get(name);
    if (isSwitch === undefined) {
      throw new UsageError(
        `unknown flag ${printed(arg.split("=")[0])}${suggest(name, Object.keys(OPTIONS), "--")}`,
      );
    }
    const value = assigned ?? (isSwitch ? "true" : rest.next().value);
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    flags.push(value === "" ? `--${name}` : `--${name}=${value}`);
  }
  return [...words, ...flags];
}

/** Reports whether the last value of a switch is true. */
function isOn(texts: readonly string[] = []): boolean {
  try {
    return boolean(texts.at(-1) ?? "false");
  } catch (cause) {
    throw new UsageError(`--help ${(cause as Error).message}`, { cause });
  }
}

/** Returns the word as it was written, but on one line. */
function printed(word: unknown): string {
  const quoted = JSON.stringify(String(word));
  return quoted.includes("\\") ? quoted : String(word);
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function suggest(word: string, known: Iterable<string>, prefix = ""): string {
  const near = nearest(word, known);
  return near === undefined ? "; --help lists what there is" : `; did you mean ${prefix}${near}?`;
}

/**
 * Returns the candidate with the fewest edits from `word`, unless they are more than 3 or than half of the
 * word.
 */
function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(word.length / 2, 3) + 0.5;
  for (const candidate of candidates) {
    const edits = distance(word, candidate);
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Returns the Levenshtein distance, computed row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [replaced = 0, removed = 0] = row.slice(j, j + 2);
      next.push(Math.min(replaced + (letter === b[j] ? 0 : 1), removed + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
