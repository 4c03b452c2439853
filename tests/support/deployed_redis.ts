/**
 * A redis-server as `deploy/` ships it: with its configuration, start script and users, on a free port of
 * this machine. It keeps its port and folder over a restart. A test that opens one disposes of it.
 */
import { holds } from "./holds.ts";
import { RunningStore } from "./redis_store.ts";
import { freePort } from "./free_port.ts";

const PREFIXES = ["astrolabe:node:", "astrolabe:edge:", "astrolabe:metadata"];
const INDEX_PREFIX = "astrolabe:index:";

export interface Outcome {
  readonly code: number;
  /** Everything on stdout and stderr. */
  readonly output: string;
}

export class DeployedRedis implements AsyncDisposable {
  /** Contains characters that are special in shells and configurations. */
  readonly password = `p4ss "w'o\\r$d #1`;
  readonly port = freePort();
  readonly folder = Deno.makeTempDirSync({ prefix: "redis_" });
  readonly passwordFile = Deno.makeTempFileSync({ prefix: "password_" });
  readonly #config: string;
  #child: Deno.ChildProcess | undefined;
  #kill = () => this.#child?.kill("SIGKILL");

  private constructor(config: string) {
    this.#config = config;
    Deno.writeTextFileSync(this.passwordFile, `${this.password}\n`);
  }

  /** @param config the path of a configuration other than the shipped one. */
  static async open(config = "deploy/helm/astrolabe/files/redis/redis.conf"): Promise<DeployedRedis> {
    const redis = new DeployedRedis(config);
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const { port, folder, passwordFile } = this;
    const here = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--logfile", `${folder}/log`];
    this.#child = new Deno.Command("sh", {
      args: ["deploy/helm/astrolabe/files/redis/start.sh", this.#config, ...here],
      env: { REDIS_PASSWORD_FILE: passwordFile },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    globalThis.addEventListener("unload", this.#kill);
    await holds(async () => {
      const { code, output } = await this.cli("astrolabe", "ping");
      if (code !== 0) throw new Error(`redis-server is not there: ${output}`);
    });
  }

  /** Ends it as an orchestrator does, or at once with SIGKILL, as a crash does. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill(signal);
    await child.status;
    globalThis.removeEventListener("unload", this.#kill);
  }

  /** Sends a command as the user, or without a login. The code is 0 if Redis executed it. */
  async cli(user: string | undefined, ...command: string[]): Promise<Outcome> {
    const login = user === undefined ? [] : ["--user", user];
    return await runProgram("redis-cli", ["-p", `${this.port}`, "-e", ...login, ...command], {
      REDISCLI_AUTH: user === undefined ? "" : this.password,
    });
  }

  /** Returns a store that logs in as Astrolabe does. */
  async store(): Promise<RunningStore> {
    const { port, password } = this;
    return await new RunningStore({ port, username: "astrolabe", password: () => password }).connected();
  }

  /** Returns all keys of Astrolabe except for the lease, with unchanged values and sorted sets. */
  async dump(): Promise<Map<string, string | readonly string[]>> {
    await using running = await this.store();
    const { store } = running;
    const dump = new Map<string, string | readonly string[]>();
    for (const prefix of PREFIXES) {
      for await (const keys of store.scan(prefix)) {
        const values = await store.get(keys);
        keys.forEach((key, i) => dump.set(key, values[i] ?? ""));
      }
    }
    for await (const keys of store.scan(INDEX_PREFIX)) {
      const sets = await store.members(keys);
      keys.forEach((key, i) => dump.set(key, [...sets[i] ?? []].sort()));
    }
    return new Map([...dump].sort(([a], [b]) => a < b ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    await Deno.remove(this.folder, { recursive: true });
    await Deno.remove(this.passwordFile);
  }
}

/** Runs a program until it ends. */
export async function runProgram(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
