/**
 * The command line: which command, with which flags. Flags come in GNU's forms and in Go's: one dash or
 * two, `--port 8080` or `--port=8080`, a switch alone or with `=true` or `=false`. What the values mean
 * is config.ts' part.
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Flags } from "./config.ts";
import { nearest } from "./nearest.ts";
import { boolean, type Command, COMMANDS, type Option, type OptionName, OPTIONS } from "./options.ts";
import { UsageError } from "./usage_error.ts";

export interface CommandLine {
  readonly command: Command | "help";
  readonly flags: Flags;
  /** Flags that were accepted for compatibility and have no effect. */
  readonly ignored: readonly string[];
}

/** klog's flags that change nothing here, and whether they are switches. */
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

/** @throws {UsageError} that names the flag or the argument nobody knows. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const names = [...SWITCHES.keys()];
  const { _: words, ...values } = parseArgs(normalize(args), { string: ["_", ...names], collect: names });
  const given = new Map(
    Object.entries(values as Record<string, string[]>).filter(([, all]) => all.length > 0),
  );
  if (isOn(given.get("help")) || isOn(given.get("h"))) {
    return { command: "help", flags: new Map(), ignored: [] };
  }

  const [word = "serve", ...rest] = words;
  const command = COMMANDS.find((known) => known === word);
  if (!command) throw new UsageError(`unknown command ${printed(word)}${suggest(String(word), COMMANDS)}`);
  if (rest.length > 0) throw new UsageError(`unexpected argument ${printed(rest[0])}`);

  const flags = new Map<OptionName, string[]>();
  for (const [name, texts] of given) {
    if (!isOption(name)) continue;
    const { only }: Option<unknown> = OPTIONS[name];
    if (only && only !== command) throw new UsageError(`--${name} is a flag of ${only}, not of ${command}`);
    flags.set(name, texts);
  }
  return { command, flags, ignored: [...given.keys()].filter((name) => KLOG_FLAGS.has(name)) };
}

/** Positional arguments first, then every flag as `--name=value`, or as `--name` where the value is empty. */
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

/** Whether help is asked for. */
function isOn(texts: readonly string[] = []): boolean {
  try {
    return boolean(texts.at(-1) ?? "false");
  } catch (cause) {
    throw new UsageError(`--help ${(cause as Error).message}`, { cause });
  }
}

/** As it was written, but on one line. */
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
