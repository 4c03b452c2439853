import { demo, serve } from "./src/app.ts";
import { parseCommandLine } from "./src/cli/command_line.ts";
import { readConfig, UsageError } from "./src/cli/config.ts";
import { probeHealth } from "./src/cli/health_probe.ts";
import { help } from "./src/cli/help.ts";
import { createLogger } from "./src/log.ts";
import { version } from "./src/cli/version.ts";

async function main(args: readonly string[]): Promise<number> {
  const { command, flags, ignored } = parseCommandLine(args);
  if (command === "help") {
    console.log(help());
    return 0;
  }
  if (command === "version") {
    // Only its flags are checked; the environment does not matter.
    readConfig(command, flags, { get: () => undefined });
    console.log(`astrolabe ${version.version}, commit ${version.commit}, Deno ${version.deno}`);
    return 0;
  }

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
  return await (command === "demo" ? demo : serve)(config, log, abortOnSignal());
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

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`astrolabe: ${error.message}`);
  Deno.exit(2);
}
