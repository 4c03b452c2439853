/**
 * A kubelet as far as tests need one: it runs the Pods of a namespace as processes of this machine, with the
 * arguments, environment, files, user and token of their specification, and reports their status.
 *
 * Each process has its own mounts, so that files are where the Pod has them: below /run and /etc. Two things
 * differ from a Pod, because all share the network of the machine: the port is a free one, and an address of a
 * Service in the arguments becomes that of the process. Every image is Astrolabe's. Other parts of a Pod, such
 * as init containers, are refused.
 *
 * It needs `unshare` and the right to mount: `ignore: !await kubeletAvailable()`.
 */
import type { ApiServer } from "./api_server.ts";
import { bundledCommand } from "./bundled_program.ts";
import { freePort } from "./free_port.ts";
import type { Manifest } from "./kubectl.ts";

const POLL_MS = 50;
const USER = 65_532;
const NODE = "this-machine";

export async function kubeletAvailable(): Promise<boolean> {
  const outcome = await new Deno.Command("unshare", {
    args: ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/run"],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return outcome.success && Deno.uid() === 0;
}

export interface RunningPod {
  readonly name: string;
  readonly port: number;
  /** What the process has written to stdout and stderr. */
  readonly log: () => string;
  /** The arguments and the environment of the process, as the specification has them. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Process extends RunningPod {
  readonly child: Deno.ChildProcess;
  readonly ended: Promise<number>;
  /** The exit code, once it has ended. */
  readonly code: () => number | undefined;
}

export interface KubeletOptions {
  readonly namespace: string;
  /** The folder of the program, made by `makeBundledProgram`. */
  readonly program: string;
}

export class Kubelet {
  readonly #server: ApiServer;
  readonly #options: KubeletOptions;
  readonly #stopped = new AbortController();
  readonly #processes = new Map<string, Process>();
  readonly #finished: Promise<void>;
  #failure: unknown;

  constructor(server: ApiServer, options: KubeletOptions) {
    this.#server = server;
    this.#options = options;
    this.#finished = this.#run();
  }

  /** The Pods that run now. */
  get pods(): readonly RunningPod[] {
    return Array.from(this.#processes.values());
  }

  /** Throws if a Pod could not be run as it is specified. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Kills all processes. Rejects if a Pod could not be run as it is specified. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#finished;
    for (const { child, ended } of this.#processes.values()) {
      child.kill("SIGKILL");
      await ended;
    }
    this.check();
  }

  get #pods(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/pods`;
  }

  async #run(): Promise<void> {
    try {
      await this.#server.request("POST", "/api/v1/nodes", { metadata: { name: NODE } });
      while (!this.#stopped.signal.aborted) {
        const { items } = await this.#server.request("GET", this.#pods) as { items: Manifest[] };
        for (const pod of items) await this.#sync(pod);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    } catch (error) {
      this.#failure = error;
    }
  }

  async #sync(pod: Manifest): Promise<void> {
    const { name, uid, deletionTimestamp } = pod.metadata;
    const process = this.#processes.get(uid);
    if (deletionTimestamp !== undefined) {
      await this.#remove(pod, process);
    } else if (process === undefined) {
      if (pod.status.phase === "Pending") this.#processes.set(uid, await this.#start(pod));
    } else if (pod.spec.restartPolicy === "Never") {
      const code = await process.ended;
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${process.log()}`);
      this.#processes.delete(uid);
      await this.#report(name, { phase: "Succeeded" });
    } else {
      if (process.code() !== undefined) {
        throw new Error(`${name} ended with ${process.code()}: ${process.log()}`);
      }
      const { readinessProbe } = pod.spec.containers[0];
      const isReady = await answers(`http://127.0.0.1:${process.port}${readinessProbe.httpGet.path}`);
      const was = pod.status.conditions?.find(({ type }: Manifest) => type === "Ready")?.status;
      if (was !== String(isReady ? "True" : "False")) await this.#report(name, running(isReady));
    }
  }

  async #remove({ metadata: { name, uid } }: Manifest, process: Process | undefined): Promise<void> {
    if (process !== undefined) {
      process.child.kill("SIGTERM");
      await process.ended;
      this.#processes.delete(uid);
    }
    await this.#server.request("DELETE", `${this.#pods}/${name}`, { gracePeriodSeconds: 0 });
  }

  async #report(name: string, status: object): Promise<void> {
    await this.#server.request("PATCH", `${this.#pods}/${name}/status`, { status });
  }

  async #start(pod: Manifest): Promise<Process> {
    const { metadata: { name }, spec } = pod;
    const [container, ...others] = spec.containers;
    if (others.length > 0 || spec.initContainers) throw new Error(`${name}: only one container can run`);
    const port = freePort();
    const folder = await Deno.makeTempDir({ dir: this.#server.folder, prefix: "pod-" });
    for (const { name: volume, mountPath, subPath } of container.volumeMounts ?? []) {
      if (subPath !== undefined) throw new Error(`${name}: subPath is not supported`);
      const source = spec.volumes.find((it: Manifest) => it.name === volume);
      await writeFiles(
        `${folder}${mountPath.replace("/var/run/", "/run/")}`,
        await this.#filesOf(source, pod),
      );
    }
    const env = await this.#environmentOf(container, pod);
    const args: string[] = (container.args ?? []).map((arg: string) => this.#withoutNames(arg));
    const child = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", MOUNT, "sh", folder, ...bundledCommand(this.#options.program), ...args],
      clearEnv: true,
      env: {
        ...env,
        PATH: "/usr/bin:/bin",
        // Deno wants to know a home, even if it is not there.
        HOME: "/nonexistent",
        NO_COLOR: "1",
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: new URL(this.#server.url).port,
        PORT: String(port),
        BIND_ADDRESS: "127.0.0.1",
      },
      cwd: "/",
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let log = "";
    const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) log += text;
    };
    const outputs = Promise.all([collect(child.stdout), collect(child.stderr)]);
    let code: number | undefined;
    const ended = child.status.then(async (status) => {
      await outputs;
      return code = status.code;
    });
    await this.#server.request("POST", `${this.#pods}/${name}/binding`, {
      metadata: { name },
      target: { kind: "Node", name: NODE },
    });
    if (spec.restartPolicy !== "Never") await this.#report(name, running(false));
    return { name, port, log: () => log, args: container.args ?? [], env, child, ended, code: () => code };
  }

  /** Replaces the address of a Service by the one of a process. */
  #withoutNames(arg: string): string {
    const [running] = this.#processes.values();
    return arg.replace(/\/\/[a-z-]+:8080\b/, `//127.0.0.1:${running?.port}`);
  }

  async #environmentOf({ env = [] }: Manifest, pod: Manifest): Promise<Record<string, string>> {
    const variables: Record<string, string> = {};
    for (const { name, value, valueFrom } of env) {
      if (valueFrom?.secretKeyRef) {
        const { name: secret, key, optional } = valueFrom.secretKeyRef;
        const content = (await this.#dataOf("secrets", secret))[key];
        if (content !== undefined) variables[name] = content;
        else if (!optional) throw new Error(`${pod.metadata.name}: Secret ${secret} has no key ${key}`);
      } else if (valueFrom?.fieldRef) {
        variables[name] = valueFrom.fieldRef.fieldPath.split(".").reduce(
          (at: Manifest, field: string) => at[field],
          pod,
        );
      } else variables[name] = value ?? "";
    }
    return variables;
  }

  /** Returns the files of a volume by their names. */
  async #filesOf(volume: Manifest, pod: Manifest): Promise<Record<string, string>> {
    if (volume?.emptyDir) return {};
    if (volume?.configMap) {
      return selected(await this.#dataOf("configmaps", volume.configMap.name), volume.configMap);
    }
    if (volume?.secret) {
      return selected(await this.#dataOf("secrets", volume.secret.secretName), volume.secret);
    }
    const files: Record<string, string> = {};
    for (const source of volume?.projected?.sources ?? []) {
      if (source.serviceAccountToken) {
        const { serviceAccountName } = pod.spec;
        const { path } = source.serviceAccountToken;
        files[path] = await this.#server.serviceAccountToken(this.#options.namespace, serviceAccountName);
      } else if (source.configMap?.name === "kube-root-ca.crt") files["ca.crt"] = this.#server.ca;
      else if (source.downwardAPI) files["namespace"] = this.#options.namespace;
      else throw new Error(`${pod.metadata.name}: a source of the volume ${volume.name} is not supported`);
    }
    if (Object.keys(files).length === 0) {
      throw new Error(`${pod.metadata.name}: unsupported volume ${volume?.name}`);
    }
    return files;
  }

  async #dataOf(plural: "configmaps" | "secrets", name: string): Promise<Record<string, string>> {
    const path = `/api/v1/namespaces/${this.#options.namespace}/${plural}/${name}`;
    const { data = {} } = await this.#server.request("GET", path) as Manifest;
    if (plural === "configmaps") return data;
    return Object.fromEntries(Object.entries<string>(data).map(([key, text]) => [key, atob(text)]));
  }
}

/**
 * Puts the files in $1 into a fresh /run, and beside those of /etc. It then gives up root, and runs the rest of
 * the arguments.
 */
const MOUNT = `
set -eu
files=$1
shift
mount -t tmpfs tmpfs /run
[ ! -d "$files/run" ] || cp -a "$files/run/." /run
if [ -d "$files/etc" ]; then
  cp -a /etc "$files/all-of-etc"
  cp -a "$files/etc/." "$files/all-of-etc"
  mount --bind "$files/all-of-etc" /etc
fi
exec setpriv --reuid ${USER} --regid ${USER} --clear-groups --no-new-privs "$@"
`;

function running(isReady: boolean): object {
  const status = isReady ? "True" : "False";
  return {
    phase: "Running",
    podIP: "127.0.0.1",
    podIPs: [{ ip: "127.0.0.1" }],
    conditions: ["Ready", "ContainersReady", "Initialized", "PodScheduled"].map((type) => ({
      type,
      status: type === "Initialized" || type === "PodScheduled" ? "True" : status,
      lastTransitionTime: new Date().toISOString(),
    })),
  };
}

function selected(data: Record<string, string>, { items }: Manifest): Record<string, string> {
  if (items === undefined) return data;
  return Object.fromEntries(items.map(({ key, path }: Manifest) => [path, data[key]]));
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o440 });
    await Deno.chown(`${folder}/${name}`, USER, USER);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
