import { LogReader } from "./log_reader.ts";

/** Runs a server of prepared answers, without the memory settings of the real server. */
export class BareServer {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #log: LogReader;

  static async start(sizes: readonly number[]): Promise<BareServer> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", "tests/bench/bare_program.ts", ...sizes.map(String)],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const log = new LogReader(child.stdout);
    const { fields } = await log.find("Serving");
    return new BareServer(child, { log, url: String(fields["url"]) });
  }

  private constructor(child: Deno.ChildProcess, { log, url }: { log: LogReader; url: string }) {
    this.#child = child;
    this.#log = log;
    this.url = url;
    globalThis.addEventListener("unload", this.#kill);
  }

  async stop(): Promise<void> {
    globalThis.removeEventListener("unload", this.#kill);
    this.#kill();
    await this.#child.status;
    await this.#log.ended;
  }

  readonly #kill = () => this.#child.kill("SIGKILL");
}
