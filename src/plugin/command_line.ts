/** The plugin's command line, with the habits of kubectl. */
import { parseArgs } from "@std/cli/parse-args";
import { type Format, FORMATS } from "./output.ts";
import { PluginError } from "./plugin_error.ts";

export interface Flags {
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly local: boolean;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly selector: string | undefined;
  readonly output: Format | undefined;
  readonly release: string | undefined;
  readonly kinds: readonly string[];
  readonly up: boolean;
  readonly failOn: "error" | "warning" | undefined;
}

export interface CommandLine {
  readonly words: readonly string[];
  readonly flags: Flags;
  readonly help: boolean;
}

const TEXTS = [
  "server",
  "token",
  "kubeconfig",
  "context",
  "namespace",
  "selector",
  "output",
  "release",
  "kind",
  "fail-on",
];
const SWITCHES = ["local", "all-namespaces", "up", "help"];

/** The flags as help and completion list them. */
export const FLAGS: readonly (readonly [flag: string, explanation: string])[] = [
  ["-n, --namespace NAME", "the namespace; by default that of the context"],
  ["-A, --all-namespaces", "all namespaces"],
  ["-l, --selector SELECTOR", "only resources with these labels"],
  ["-o, --output FORMAT", "wide, json, yaml or name; graph: dot, mermaid, json or yaml"],
  ["--release NAME", "only this release: name or namespace/name"],
  ["--kind KIND", "graph and watch: only this kind; repeatable"],
  ["--up", "tree: the owners in place of the dependents"],
  ["--fail-on SEVERITY", "problems: exit code 1 if there is an error, or a warning"],
  ["--kubeconfig FILE, --context NAME", "as kubectl has them"],
  ["--server URL", "the address of Astrolabe, also $ASTROLABE_SERVER; by default its Service is found"],
  ["--token TOKEN", "the bearer token for Astrolabe, also $ASTROLABE_TOKEN"],
  ["--local", "read the cluster once from here; needs no Astrolabe"],
];

const SHORT: Readonly<Record<string, string>> = {
  A: "all-namespaces",
  h: "help",
  l: "selector",
  n: "namespace",
  o: "output",
  s: "server",
};

/** @throws {PluginError} that names the unknown flag or the bad value. */
export function parseCommandLine(
  args: readonly string[],
  env: (name: string) => string | undefined,
): CommandLine {
  const names = [...TEXTS, ...SWITCHES];
  const { _: words, ...values } = parseArgs(normalize(args), { string: ["_", ...names], collect: names });
  const given = values as unknown as Readonly<Record<string, readonly string[]>>;
  const text = (name: string) => {
    const value = given[name]?.at(-1);
    if (value === "") throw new PluginError(`--${name} needs a value`);
    return value;
  };
  const isOn = (name: string) => {
    const value = given[name]?.at(-1) ?? "false";
    if (value !== "true" && value !== "false") throw new PluginError(`--${name} must be true or false`);
    return value === "true";
  };
  return {
    words: words.map(String),
    help: isOn("help"),
    flags: {
      server: text("server") ?? (env("ASTROLABE_SERVER") || undefined),
      token: text("token") ?? (env("ASTROLABE_TOKEN") || undefined),
      local: isOn("local"),
      kubeconfig: text("kubeconfig"),
      context: text("context"),
      namespace: text("namespace"),
      allNamespaces: isOn("all-namespaces"),
      selector: text("selector"),
      output: oneOf(FORMATS, "output", text("output")),
      release: text("release"),
      kinds: given["kind"] ?? [],
      up: isOn("up"),
      failOn: oneOf(["error", "warning"] as const, "fail-on", text("fail-on")),
    },
  };
}

/** Returns the filter of the answers about many resources. A release is asked for in all namespaces. */
export function filterOf({ release, kinds, selector }: Flags, namespace: string | undefined) {
  return {
    namespace: release === undefined ? namespace : undefined,
    release,
    kind: kinds,
    labelSelector: selector,
  };
}

/**
 * Moves words to the front, and writes every flag as `--name=value`: `-n web`, `-nweb` and `-n=web` become
 * `--namespace=web`. Behind `--` there are only words.
 */
function normalize(args: readonly string[]): string[] {
  const words: string[] = [];
  const flags: string[] = [];
  const rest = args[Symbol.iterator]();
  for (const arg of rest) {
    if (arg === "--") {
      words.push(...rest);
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [, long, short = "", assigned = ""] = /^(?:--([^=]+)|-([^-]))(?:=?([^]*))?$/.exec(arg) ?? [];
    const name = long ?? SHORT[short] ?? "";
    if (![...TEXTS, ...SWITCHES].includes(name)) throw new PluginError(`unknown flag: ${arg.split("=")[0]}`);
    const isAssigned = long === undefined ? assigned !== "" : arg.includes("=");
    const value = isAssigned ? assigned : SWITCHES.includes(name) ? "true" : rest.next().value;
    if (value === undefined || value === "") throw new PluginError(`--${name} needs a value`);
    flags.push(`--${name}=${value}`);
  }
  return [...words, ...flags];
}

function oneOf<Value extends string>(
  values: readonly Value[],
  name: string,
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined;
  const value = values.find((value) => value === text);
  if (value === undefined) throw new PluginError(`--${name} must be one of ${values.join(", ")}`);
  return value;
}
