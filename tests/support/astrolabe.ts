/**
 * Astrolabe as users run it: main.ts in a process of its own, with exactly the permissions of `deno task
 * start`, accessed over HTTP. A test that starts one stops it.
 */
import { holds } from "./holds.ts";
import { IMPORT_MAP } from "./import_map.ts";

const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"];
/** The additional permissions of the demo's task. */
const DEMO_PERMISSIONS = ["--allow-run=redis-server"];

export interface Ended {
  readonly code: number;
  /** Everything on stdout and stderr. */
  readonly output: string;
}

export interface Limits {
  /** The hard and soft limit of open files. */
  readonly openFiles?: number | undefined;
}

export interface GraphAnswer {
  readonly rv: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly type: string; readonly from: string; readonly to: string }[];
}

export interface GraphNode {
  readonly uid: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly status: string;
  readonly message: string;
  readonly release?: string;
  readonly releaseNamespace?: string;
  readonly chart?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata: { readonly [field: string]: unknown };
}

export class Astrolabe {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<number>;
  readonly #outputs: Promise<void>[];
  readonly #kill: () => void;
  #output = "";
  #code: number | undefined;
  #url = "";

  private constructor(args: readonly string[], { openFiles }: Limits = {}) {
    const permissions = args.includes("demo") ? [...PERMISSIONS, ...DEMO_PERMISSIONS] : PERMISSIONS;
    const run = ["run", ...permissions, ...IMPORT_MAP, "main.ts", ...args];
    const limit = ["-c", `ulimit -n ${openFiles} && exec "$0" "$@"`, Deno.execPath()];
    this.#child = new Deno.Command(openFiles === undefined ? Deno.execPath() : "sh", {
      args: openFiles === undefined ? run : [...limit, ...run],
      env: { KUBECONFIG: "", NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#outputs = [this.#collect(this.#child.stdout), this.#collect(this.#child.stderr)];
    this.#ended = this.#child.status.then(({ code }) => this.#code = code);
    this.#kill = () => this.#child.kill("SIGKILL");
    globalThis.addEventListener("unload", this.#kill);
  }

  /** Starts it on a free port and waits until it listens. */
  static start(...args: string[]): Promise<Astrolabe> {
    return Astrolabe.limited({}, ...args);
  }

  /** Does the same under limits of the operating system. */
  static async limited(limits: Limits, ...args: string[]): Promise<Astrolabe> {
    const astrolabe = new Astrolabe(["--port=0", "--bind-address=127.0.0.1", ...args], limits);
    try {
      await holds(() => astrolabe.#listens());
    } catch (error) {
      await astrolabe.stop("SIGKILL");
      throw error;
    }
    return astrolabe;
  }

  /** Runs it until it ends by itself. */
  static async run(...args: string[]): Promise<Ended> {
    const astrolabe = new Astrolabe(args);
    const timer = setTimeout(astrolabe.#kill, 30_000);
    try {
      return { code: await astrolabe.#end(), output: astrolabe.output };
    } finally {
      clearTimeout(timer);
    }
  }

  get url(): string {
    return this.#url;
  }

  get output(): string {
    return this.#output;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.#url + path, { signal: AbortSignal.timeout(10_000), ...init });
  }

  async text(path: string): Promise<{ status: number; text: string }> {
    const response = await this.fetch(path);
    return { status: response.status, text: await response.text() };
  }

  // deno-lint-ignore no-explicit-any -- an answer is whatever the test asserts it to be
  async json(path: string): Promise<any> {
    const { status, text } = await this.text(path);
    if (status !== 200) throw new Error(`${path} answers ${status}: ${text}`);
    return JSON.parse(text);
  }

  graph(query = ""): Promise<GraphAnswer> {
    return this.json(`/api/v1/graph${query && `?${query}`}`);
  }

  /** Waits until it is ready. */
  async ready(): Promise<void> {
    await holds(async () => {
      const { status, text } = await this.text("/readyz");
      if (status !== 200) throw new Error(`${text}\n${this.output}`);
    });
  }

  /** Sends a signal that does not end the process. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** Sends the signal, waits for the end and returns the exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    if (this.#code === undefined) this.#child.kill(signal);
    return await this.#end();
  }

  async #end(): Promise<number> {
    const code = await this.#ended;
    globalThis.removeEventListener("unload", this.#kill);
    await Promise.all(this.#outputs);
    return code;
  }

  #listens(): void {
    if (this.#code !== undefined) throw new Error(`it ended with ${this.#code}: ${this.output}`);
    const [, address] = /Serving address=(\S+)/.exec(this.output) ?? [];
    if (address === undefined) throw new Error(`it does not listen: ${this.output}`);
    this.#url = address;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#output += text;
  }
}
