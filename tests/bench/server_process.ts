/**
 * Runs the server under test: the bundle in a separate process, with the permissions, V8 flags and
 * environment of the task `start`.
 */
import project from "../../deno.json" with { type: "json" };
import { LogReader } from "./log_reader.ts";
import { ProcessMemory } from "./process_memory.ts";

const BUNDLE = "dist/astrolabe.js";
const [settings = "", flags = ""] = project.tasks.start.command.split("deno run", 2);
/** Matches the environment variables before the command: settings of the memory allocator. */
const START_ENV = Object.fromEntries(
  settings.matchAll(/(\w+)=(\S+)/g).map(([, name, value]) => [name, value]),
);
/** Matches the flags of Deno, from `--v8-flags` to the last permission. */
const START_FLAGS = flags.match(/--\S+/g) ?? [];

export interface ServerProcessOptions {
  readonly kubeconfig: string;
  /** Whether to load the probe that logs when the event loop is blocked. */
  readonly probed?: boolean;
  readonly flags?: readonly string[];
}

export class ServerProcess {
  readonly url: string;
  readonly memory: ProcessMemory;
  readonly log: LogReader;
  /** The start. All times here are milliseconds since 1970. */
  readonly started: number;
  /** When it listened. The first request to the API server follows immediately. */
  readonly serving: number;
  readonly #child: Deno.ChildProcess;

  static async start(
    { kubeconfig, probed = false, flags = [] }: ServerProcessOptions,
  ): Promise<ServerProcess> {
    const started = Date.now();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-config",
        ...START_FLAGS,
        ...(probed ? ["--preload=tests/bench/block_probe.ts"] : []),
        BUNDLE,
        `--kubeconfig=${kubeconfig}`,
        "--bind-address=127.0.0.1",
        "--port=0",
        "--log-format=json",
        ...flags,
      ],
      env: START_ENV,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = new LogReader(child.stderr);
    const { time, fields } = await log.find("Serving");
    return new ServerProcess(child, { log, started, serving: time, url: String(fields["address"]) });
  }

  private constructor(
    child: Deno.ChildProcess,
    { log, started, serving, url }: Pick<ServerProcess, "log" | "started" | "serving" | "url">,
  ) {
    this.#child = child;
    this.log = log;
    this.started = started;
    this.serving = serving;
    this.url = url;
    this.memory = new ProcessMemory(child.pid);
    globalThis.addEventListener("unload", this.#kill);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until every kind is synced, and returns the time of that. */
  async synced(): Promise<number> {
    const deadline = Date.now() + 120_000;
    while (true) {
      const response = await fetch(`${this.url}/readyz`);
      const answer = await response.text();
      if (response.ok) return Date.now();
      if (Date.now() > deadline) {
        throw new Error(`not synced after two minutes: ${answer}\n${this.log.text()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async get(path: string): Promise<string> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }

  async stop(): Promise<void> {
    globalThis.removeEventListener("unload", this.#kill);
    this.#child.kill("SIGTERM");
    const timer = setTimeout(this.#kill, 15_000);
    await this.#child.status;
    clearTimeout(timer);
    await this.log.ended;
  }

  readonly #kill = () => this.#child.kill("SIGKILL");
}
