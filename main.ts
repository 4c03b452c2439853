import { basename } from "node:path";
import { argv0 } from "node:process";
import { parseCommandLine } from "./src/cli/command_line.ts";
import { type Flags, readConfig, UsageError } from "./src/cli/config.ts";
import { probeHealth } from "./src/cli/health_probe.ts";
import { help } from "./src/cli/help.ts";
import { createLogger } from "./src/log.ts";
import { version } from "./src/cli/version.ts";

async function main(args: readonly string[]): Promise<number> {
  const { command, flags, file, ignored } = parseCommandLine(args);
  if (command === "help") {
    console.log(help());
    return 0;
  }
  if (command === "version") {
    // Only its flags are checked; the environment does not matter.
    readConfig(command, flags, { get: () => undefined });
    const { commit, date, deno } = version;
    console.log(`astrolabe ${version.version}, commit ${commit} of ${date}, Deno ${deno}`);
    return 0;
  }

  if (command === "check-config") return await check(file ?? "", flags);

  const config = readConfig(command, flags, Deno.env);
  if (command === "health") {
    const problem = await probeHealth(config);
    if (problem) console.error(problem);
    return problem ? 1 : 0;
  }

  const log = createLogger({ format: config.logFormat, verbosity: config.verbosity });
  if (ignored.length > 0) {
    log.warn("Ignored flags, accepted for compatibility", { flags: ignored.join(" ") });
  }
  // The plugin starts faster without the server.
  const { demo, serve } = await import("./src/app.ts");
  return await (command === "demo" ? demo : serve)(config, log, abortOnSignal());
}

/** Checks a configuration file, on a cluster if a flag names one. The environment does not matter. */
async function check(file: string, flags: Flags): Promise<number> {
  const { kubeconfig, context, inCluster } = readConfig("check-config", flags, { get: () => undefined });
  const asksCluster = kubeconfig !== undefined || context !== undefined || inCluster === true;
  const { checkConfig } = await import("./src/check_config.ts");
  const answer = async () => {
    const { answerLocally } = await import("./src/app.ts");
    return await answerLocally({ kubeconfig, context, configFile: file }, abortOnSignal());
  };
  return await checkConfig(file, {
    write: (line) => console.log(line),
    error: (line) => console.error(line),
    answer: asksCluster ? answer : undefined,
  });
}

/** Runs a command line of the plugin, or completes one. */
async function plugin(args: readonly string[], { completes }: { completes: boolean }): Promise<number> {
  const { runCompletion, runPlugin } = await import("./src/plugin/plugin.ts");
  const encoder = new TextEncoder();
  return await (completes ? runCompletion : runPlugin)(args, {
    output: {
      write: (text) => writeAll(Deno.stdout, encoder.encode(text)),
      isTerminal: Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR"),
    },
    error: (text) => writeAll(Deno.stderr, encoder.encode(text)),
    env: (name) => Deno.env.get(name),
    signal: abortOnSignal(),
    login: async (cluster) => (await import("./src/read_login.ts")).readLogin(cluster),
    local: async (cluster, signal) => (await import("./src/app.ts")).answerLocally(cluster, signal),
  });
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    // The reader, such as head, has what it wanted.
    Deno.exit(0);
  }
}

/** A second signal within this time is the same one: task runners pass on what the terminal sends to all. */
const REPEATED_SIGNAL_MS = 100;

/** Returns a signal that aborts on the first SIGINT or SIGTERM. A second one ends the process at once. */
function abortOnSignal(): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.addSignalListener(name, () => {
      if (stop.signal.aborted && performance.now() - first > REPEATED_SIGNAL_MS) Deno.exit(code);
      if (!stop.signal.aborted) first = performance.now();
      stop.abort(name);
    });
  }
  return stop.signal;
}

/** Runs what the name of the program means: kubectl finds a plugin by the name of its file. */
async function run(args: readonly string[]): Promise<number> {
  // The path of the program is that of the file to which a symbolic link leads; argv0 is the link.
  const names = [argv0, Deno.execPath()].map((path) => basename(path).replace(/\.exe$/, ""));
  if (names.some((name) => name.startsWith("kubectl_complete-"))) {
    return await plugin(args, { completes: true });
  }
  if (names.some((name) => name.startsWith("kubectl-"))) return await plugin(args, { completes: false });
  const [command, ...rest] = args;
  if (command === "kubectl" && rest[0] === "__complete") {
    return await plugin(rest.slice(1), { completes: true });
  }
  if (command === "kubectl") return await plugin(rest, { completes: false });
  return await main(args);
}

try {
  Deno.exit(await run(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`astrolabe: ${error.message}`);
  Deno.exit(2);
}
