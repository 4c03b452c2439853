/** The simulator with a sample cluster in a separate process, which writes on command. */
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { LogReader } from "./log_reader.ts";
import type { PatchPod } from "./simulator_program.ts";

export class SimulatorProcess {
  readonly kubeconfig: string;
  readonly #child: Deno.ChildProcess;
  readonly #log: LogReader;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  #patches = 0;

  static async start({ objects, seed }: { objects: number; seed: number }): Promise<SimulatorProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tests/bench/simulator_program.ts", String(objects), String(seed)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const log = new LogReader(child.stdout);
    const { fields } = await log.find("Serving");
    return new SimulatorProcess(child, { log, url: String(fields["url"]) });
  }

  private constructor(child: Deno.ChildProcess, { log, url }: { log: LogReader; url: string }) {
    this.#child = child;
    this.#log = log;
    this.#commands = child.stdin.getWriter();
    this.kubeconfig = Deno.makeTempFileSync({ suffix: ".kubeconfig" });
    Deno.writeTextFileSync(this.kubeconfig, kubeconfigOf(url));
  }

  async patchStatus({ namespace, name }: { namespace: string; name: string }, status: object): Promise<void> {
    const command: PatchPod = { namespace, name, status };
    await this.#commands.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
    await this.#log.find(`Patched ${++this.#patches}`);
  }

  async stop(): Promise<void> {
    await this.#commands.close();
    await this.#child.status;
    await this.#log.ended;
    Deno.removeSync(this.kubeconfig);
  }
}
