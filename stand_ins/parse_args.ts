/**
 * Replaces `@std/cli/parse-args` on machines that cannot reach JSR: the options that we use, with the same
 * meaning, over `node:util`.
 */
import { parseArgs as parse } from "node:util";

export interface ParseOptions {
  /** Flags with a value. Without a value they are "". With `_`, positional arguments stay strings. */
  string?: readonly string[];
  /** Flags whose values are collected into an array, which may be empty. */
  collect?: readonly string[];
  /** Called for every unknown argument. If it returns `false`, the result does not contain the argument. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export type Args = { _: (string | number)[] } & Record<string, unknown>;

export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const { string = [], collect = [], unknown } = options;
  const { tokens } = parse({
    args: args.map((arg, i) => /^--[^=]+$/.test(arg) && !/^[^-]/.test(args[i + 1] ?? "-") ? `${arg}=` : arg),
    options: Object.fromEntries(
      [...string, ...collect].filter((name) => name !== "_").map((name) =>
        [name, { type: "string" }] as const
      ),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const result: Args = { _: [] };
  for (const name of collect) result[name] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (unknown?.(token.value) !== false) result._.push(token.value);
    } else if (token.kind === "option") {
      const { name, value = "" } = token;
      if (collect.includes(name)) (result[name] as string[]).push(value);
      else if (string.includes(name)) result[name] = value;
      else if (unknown?.(token.rawName, name, value) !== false) result[name] = value;
    }
  }
  return result;
}
