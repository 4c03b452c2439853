/** A program that tests start, with its output in a file. It is always stopped. */
export interface SupportProgram {
  /** Waits until the check is true. Rejects if the program ends first, or after a minute. */
  until(check: () => Promise<boolean>): Promise<void>;
  /** Sends a signal, and does not wait for its effect. */
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
  stop(signal: Deno.Signal): Promise<void>;
}

export function startProgram(path: string, log: string, args: readonly string[]): SupportProgram {
  // A shell starts it, because only a shell can send output to a file without a reader in this process.
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", log, path, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const end = child.status.then(() => ended = true);
  const kill = () => child.kill("SIGKILL");
  globalThis.addEventListener("unload", kill);

  return {
    async until(check) {
      const deadline = Date.now() + 60_000;
      while (!await check().catch(() => false)) {
        if (ended || Date.now() > deadline) {
          const tail = Deno.readTextFileSync(log).slice(-2_000);
          throw new Error(`${path} ${ended ? "ended" : "is not ready after a minute"}:\n${tail}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },

    signal: (signal) => child.kill(signal),

    async stop(signal) {
      globalThis.removeEventListener("unload", kill);
      if (!ended) child.kill(signal);
      await end;
    },
  };
}
