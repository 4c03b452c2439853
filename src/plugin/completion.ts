/** Candidates for the shell: commands, flags, kinds and names of resources. */
import type { Found, Kind, Release } from "./answers.ts";
import { COMMANDS } from "./commands/registry.ts";
import { FLAGS, type Flags, parseCommandLine } from "./command_line.ts";
import { exactName, findKind } from "./kind_names.ts";
import { PluginError } from "./plugin_error.ts";
import { ask, type Server } from "./server.ts";

export interface CompletionOptions {
  readonly ask: (flags: Flags) => Promise<Server>;
  readonly namespace: (flags: Flags) => string;
  readonly env: (name: string) => string | undefined;
}

const ABOUT_A_RESOURCE = new Set(["who-uses", "impact", "why", "tree"]);

/** Returns the candidates for the last argument. A server that does not answer gives none. */
export async function complete(args: readonly string[], options: CompletionOptions): Promise<string[]> {
  const typed = args.at(-1) ?? "";
  if (typed.startsWith("-")) {
    return startingWith(
      typed,
      FLAGS.flatMap(([flag]) => flag.match(/--?[a-zA-Z-]+/g) ?? []),
    );
  }
  let server: Server | undefined;
  try {
    const { words, flags } = parseCommandLine(args.slice(0, -1), options.env);
    const [command] = words;
    if (command === undefined) return startingWith(typed, [...Object.keys(COMMANDS), "mcp"]);
    if (command !== "release" && !ABOUT_A_RESOURCE.has(command)) return [];
    server = await options.ask(flags);
    const namespace = flags.allNamespaces ? undefined : flags.namespace ?? options.namespace(flags);
    if (command === "release") {
      const releases = await ask<Release[]>(server, "/api/v1/releases", { detail: "true", namespace });
      return startingWith(typed, releases.map(({ name }) => name));
    }
    return await resources(typed, { server, namespace });
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    return [];
  } finally {
    await server?.close();
  }
}

async function resources(
  typed: string,
  { server, namespace }: { server: Server; namespace: string | undefined },
): Promise<string[]> {
  const kinds = await ask<Kind[]>(server, "/api/v1/kinds");
  const [kindName = "", name] = typed.split("/");
  if (name === undefined) {
    return startingWith(
      typed,
      kinds.map((kind) => `${exactName(kind).toLowerCase()}/`),
    );
  }
  const kind = findKind(kindName, kinds);
  const found = await ask<Found[]>(server, "/api/v1/resources", {
    kind: exactName(kind),
    namespace: kind.scope === "namespaced" ? namespace : undefined,
  });
  return startingWith(typed, found.map(({ name }) => `${kindName}/${name}`));
}

function startingWith(typed: string, candidates: readonly string[]): string[] {
  return candidates.filter((candidate) => candidate.startsWith(typed)).sort();
}
