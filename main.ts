import { demo, serve } from "./src/app.ts";
import { parseCommandLine } from "./src/cli/parse.ts";
import { readConfig } from "./src/cli/config.ts";
import { health } from "./src/cli/health_probe.ts";
import { help } from "./src/cli/help.ts";
import { createLogger } from "./src/log.ts";
import { UsageError } from "./src/cli/usage_error.ts";
import { version } from "./src/cli/version.ts";

async function main(args: readonly string[]): Promise<number> {
  const { command, flags, ignored } = parseCommandLine(args);
  if (command === "help") {
    console.log(help());
    return 0;
  }
  if (command === "version") {
    // Its flags are checked, and nothing else: what the environment says is of no account.
    readConfig(command, flags, { get: () => undefined });
    console.log(`astrolabe ${version.version}, commit ${version.commit}, Deno ${version.deno}`);
    return 0;
  }

  const config = readConfig(command, flags, Deno.env);
  if (command === "health") {
    const problem = await health(config);
    if (problem) console.error(problem);
    return problem ? 1 : 0;
  }

  const log = createLogger({ format: config.logFormat, verbosity: config.verbosity });
  if (ignored.length > 0) {
    log.warn("Flags without effect, accepted for compatibility", { flags: ignored.join(" ") });
  }
  return await (command === "demo" ? demo : serve)(config, log, abortOnSignal());
}

/** A signal that follows so soon is the same one: task runners pass on what the terminal sends to all. */
const REPEATED_MILLISECONDS = 100;

/** The first signal asks for an orderly end; a second one does not wait for it. */
function abortOnSignal(): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.addSignalListener(name, () => {
      if (stop.signal.aborted && performance.now() - first > REPEATED_MILLISECONDS) Deno.exit(code);
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
