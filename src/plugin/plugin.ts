/**
 * `kubectl astrolabe`: questions about the cluster from a terminal, a script or an agent. Every answer comes
 * from the HTTP API of an Astrolabe: one at a URL, the one in the cluster, or one that this process is for
 * the moment (`--local`).
 */
import { COMMANDS } from "./commands/registry.ts";
import { FLAGS, type Flags, parseCommandLine } from "./command_line.ts";
import { complete } from "./completion.ts";
import { contextNamespace } from "./context_namespace.ts";
import { type Output, printLine } from "./output.ts";
import { PluginError } from "./plugin_error.ts";
import { isPrivate, type Login, OWN_NAMESPACE, refuseToSend, refuseToSendTo, tokenOf } from "./login.ts";
import { forwardedServer } from "./port_forward.ts";
import { type Server, serverAt } from "./server.ts";

/** The last line of candidates: kubectl must not offer names of files. */
const NO_FILES = ":4";

export interface PluginOptions {
  readonly output: Output;
  readonly error: (text: string) => void;
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  /** Reads how the user of a kubeconfig logs in. */
  readonly login: (cluster: Pick<Flags, "kubeconfig" | "context">) => Promise<Login>;
  /** Reads a cluster once, and answers from this process. */
  readonly local: (
    cluster: Pick<Flags, "kubeconfig" | "context">,
    signal: AbortSignal,
  ) => Promise<(request: Request) => Promise<Response>>;
}

/** Runs a command line and returns the exit code. */
export async function runPlugin(args: readonly string[], options: PluginOptions): Promise<number> {
  try {
    return await run(args, options);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    options.error(`error: ${error.message}\n`);
    return 1;
  }
}

/** Prints the candidates for the last argument, as kubectl asks a plugin for them. */
export async function runCompletion(args: readonly string[], options: PluginOptions): Promise<number> {
  const candidates = await complete(args, {
    ask: (flags) => serverOf(flags, options),
    namespace: (flags) => contextNamespace(flags, options.env),
    env: options.env,
  });
  for (const line of [...candidates, NO_FILES]) printLine(options.output, line);
  return 0;
}

async function run(args: readonly string[], options: PluginOptions): Promise<number> {
  const { words: [name = "", ...words], flags, help } = parseCommandLine(args, options.env);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name === "" || name === "help" || help && command === undefined && name !== "mcp") {
    options.output.write(helpText());
    return 0;
  }
  if (help && command !== undefined) {
    options.output.write(`kubectl astrolabe ${command.usage}\n  ${command.summary}\n\n${flagText()}`);
    return 0;
  }
  if (command === undefined && name !== "mcp") {
    throw new PluginError(
      `unknown command ${JSON.stringify(name)}; there are ${[...Object.keys(COMMANDS), "mcp"].join(", ")}`,
    );
  }
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const server = await serverOf(flags, { ...options, signal });
  try {
    if (command === undefined) {
      const { serveTools } = await import("./mcp/tools_server.ts");
      return await serveTools(server, signal);
    }
    const namespace = flags.allNamespaces
      ? undefined
      : flags.namespace ?? contextNamespace(flags, options.env);
    return await command.run({ words, flags, namespace, server, output: options.output, signal });
  } finally {
    stopped.abort();
    await server.close();
  }
}

async function serverOf(
  flags: Flags,
  { local, login, signal }: Pick<PluginOptions, "local" | "login" | "signal">,
): Promise<Server> {
  if (flags.local) {
    if (flags.server !== undefined) throw new PluginError("--local and --server exclude each other");
    const fetch = await local(flags, signal).catch((error) => {
      throw new PluginError(error instanceof Error ? error.message : String(error));
    });
    return { name: "this process", fetch, close: () => Promise.resolve() };
  }
  const ownToken = () => tokenOf(flags, login);
  if (flags.server !== undefined) {
    const { token, server } = flags;
    return serverAt(server, { token, login: isPrivate(server) ? ownToken : refuseToSend });
  }
  return await forwardedServer({
    ...flags,
    login: ({ namespace, name }) =>
      namespace === OWN_NAMESPACE ? ownToken() : refuseToSendTo(namespace, name),
  });
}

function helpText(): string {
  const commands = [
    ...Object.values(COMMANDS).map(({ usage, summary }) => [usage, summary] as const),
    ["mcp", "serve these questions to an agent, over stdin and stdout"] as const,
  ];
  return [
    "Asks Astrolabe what is wrong in a cluster, what depends on what, and what belongs to a release.",
    "",
    "Usage: kubectl astrolabe COMMAND [flags]",
    "",
    "Commands:",
    ...commands.map(([usage, summary]) => `  ${usage}\n      ${summary}`),
    "",
    flagText(),
  ].join("\n");
}

function flagText(): string {
  const width = Math.max(...FLAGS.map(([flag]) => flag.length)) + 2;
  return ["Flags:", ...FLAGS.map(([flag, explanation]) => `  ${flag.padEnd(width)}${explanation}`), ""].join(
    "\n",
  );
}
