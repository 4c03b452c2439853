/**
 * Three nodes of Redis with a Sentinel each, as `deploy/` ships them: `replicated.sh`, the configurations and
 * the users. Nodes are loopback addresses of this machine, which share two free ports. A test that opens them
 * disposes of them.
 */
import { holds } from "./holds.ts";
import { type Outcome, runProgram } from "./deployed_redis.ts";
import { freePort } from "./free_port.ts";

const SCRIPT = "deploy/helm/astrolabe/files/redis/replicated.sh";
const PROGRAMS = {
  node: [
    "deploy/helm/astrolabe/files/redis/redis.conf",
    "deploy/helm/astrolabe/files/redis/replication.conf",
  ],
  sentinel: ["deploy/helm/astrolabe/files/redis/sentinel.conf"],
} as const;

export const NODES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;

export type NodeName = typeof NODES[number];

export interface DeployedSentinelsOptions {
  /** Files `tls.crt`, `tls.key` and `ca.crt`. With it, everything speaks TLS. */
  readonly tlsFolder?: string | undefined;
}

export class DeployedSentinels implements AsyncDisposable {
  /** Contains characters that are special in shells and configurations. */
  readonly password = `p4ss "w'o\\r$d #1`;
  readonly passwordFile = Deno.makeTempFileSync({ prefix: "password_" });
  readonly port = freePort();
  readonly sentinelPort = freePort();
  readonly #folder = Deno.makeTempDirSync({ prefix: "sentinels_" });
  readonly #tlsFolder: string | undefined;
  readonly #running = new Map<string, Deno.ChildProcess>();
  #kill = () => this.#running.forEach((child) => child.kill("SIGKILL"));

  private constructor({ tlsFolder }: DeployedSentinelsOptions) {
    this.#tlsFolder = tlsFolder;
    Deno.writeTextFileSync(this.passwordFile, `${this.password}\n`);
    globalThis.addEventListener("unload", this.#kill);
  }

  static async open(options: DeployedSentinelsOptions = {}): Promise<DeployedSentinels> {
    const redis = new DeployedSentinels(options);
    await redis.startAll();
    return redis;
  }

  /** The flags that Astrolabe needs, the users included. */
  get flags(): string[] {
    const tls = this.#tlsFolder === undefined
      ? []
      : ["--redis-tls", `--redis-tls-ca=${this.#tlsFolder}/ca.crt`];
    return [
      `--redis-sentinels=${NODES.map((node) => `${node}:${this.sentinelPort}`)}`,
      "--redis-sentinel-master=astrolabe",
      "--redis-username=astrolabe",
      "--redis-sentinel-username=astrolabe",
      ...tls,
    ];
  }

  /** The folder of a node's data, which also has the state of its Sentinel. */
  folderOf(node: NodeName): string {
    return `${this.#folder}/${node}`;
  }

  /** Starts all nodes and Sentinels, and waits until every Sentinel knows all of them. */
  async startAll(): Promise<void> {
    for (const node of NODES) {
      this.start("node", node);
      this.start("sentinel", node);
    }
    await this.isComplete();
  }

  start(program: keyof typeof PROGRAMS, node: NodeName): void {
    const folder = this.folderOf(node);
    Deno.mkdirSync(folder, { recursive: true });
    const state = program === "sentinel" ? [`${folder}/sentinel`] : [];
    const options = program === "sentinel" ? [] : ["--dir", folder];
    const child = new Deno.Command("sh", {
      args: [SCRIPT, program, ...PROGRAMS[program], ...state, "--bind", node, ...options],
      env: {
        NODE: node,
        NODES: NODES.join(" "),
        REDIS_PORT: `${this.port}`,
        SENTINEL_PORT: `${this.sentinelPort}`,
        SENTINEL_FOLDER: `${folder}/sentinel`,
        REDIS_PASSWORD_FILE: this.passwordFile,
        DOWN_AFTER: "1000",
        ...this.#tlsFolder === undefined ? {} : { REDIS_TLS_FOLDER: this.#tlsFolder },
      },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#running.set(`${program} ${node}`, child);
  }

  async stop(program: keyof typeof PROGRAMS, node: NodeName, signal: Deno.Signal = "SIGTERM"): Promise<void> {
    const child = this.#running.get(`${program} ${node}`);
    this.#running.delete(`${program} ${node}`);
    if (child === undefined) return;
    let ended = false;
    child.status.then(() => ended = true);
    // Redis refuses to stop while it writes the first append-only file after a resynchronisation.
    await holds(() => {
      if (ended) return;
      child.kill(signal);
      throw new Error(`the ${program} of ${node} does not stop`);
    }, 40);
  }

  /** Stops everything, as for the shutdown of a whole cluster. */
  async stopAll(): Promise<void> {
    for (const node of NODES) {
      await this.stop("sentinel", node);
      await this.stop("node", node);
    }
  }

  /** Waits until every Sentinel knows the same master, two replicas and two other Sentinels. */
  async isComplete(): Promise<void> {
    await holds(async () => {
      const masters = new Set<string>();
      for (const node of NODES) {
        masters.add(await this.masterAccordingTo(node));
        const known = await this.sentinel(node, "masters");
        for (const [field, count] of [["num-slaves", "2"], ["num-other-sentinels", "2"]] as const) {
          if (!known.output.includes(`${field}\n${count}\n`)) throw new Error(known.output);
        }
        const { output } = await this.cli(node, "role");
        if (!/^(master|slave)\n/.test(output) || output.includes("connecting")) throw new Error(output);
      }
      if (masters.size !== 1) throw new Error(`the Sentinels name ${[...masters]}`);
    }, 40);
  }

  /** Returns the master that the Sentinel of a node names. */
  async masterAccordingTo(node: NodeName): Promise<NodeName> {
    const { code, output } = await this.sentinel(node, "get-master-addr-by-name", "astrolabe");
    const [host = ""] = output.split("\n");
    if (code !== 0 || !NODES.includes(host as NodeName)) throw new Error(output);
    return host as NodeName;
  }

  /** Sends a command to a node as a user. */
  cli(node: NodeName, ...command: string[]): Promise<Outcome> {
    return this.#cli(node, this.port, command);
  }

  sentinel(node: NodeName, ...command: string[]): Promise<Outcome> {
    return this.#cli(node, this.sentinelPort, ["sentinel", ...command]);
  }

  /** Returns the role that a node has: `master` or `slave`. */
  async roleOf(node: NodeName): Promise<string> {
    return (await this.cli(node, "role")).output.split("\n")[0] ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of NODES) {
      await this.stop("sentinel", node, "SIGKILL");
      await this.stop("node", node, "SIGKILL");
    }
    globalThis.removeEventListener("unload", this.#kill);
    await Deno.remove(this.#folder, { recursive: true });
    await Deno.remove(this.passwordFile);
  }

  #cli(node: NodeName, port: number, command: readonly string[]): Promise<Outcome> {
    const tls = this.#tlsFolder === undefined ? [] : ["--tls", "--cacert", `${this.#tlsFolder}/ca.crt`];
    return runProgram("redis-cli", [
      "-h",
      node,
      "-p",
      `${port}`,
      "-e",
      "--user",
      "astrolabe",
      ...tls,
      ...command,
    ], {
      REDISCLI_AUTH: this.password,
    });
  }
}
