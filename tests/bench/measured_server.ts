/** Starts the server as `deno task start` does, and measures it, for measurements on a real API server. */
import { IMPORT_MAP } from "../support/import_map.ts";
/** As in `deno task start`. */
const FLAGS = ["--v8-flags=--max-semi-space-size=2,--heap-growing-percent=50", "-A", ...IMPORT_MAP];
const MALLOC = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "65536",
};

/** A server from source that follows a real API server. */
export interface Process {
  readonly url: string;
  readonly startedAt: number;
  stop(): Promise<{ seconds: number }>;
}

export async function start(kubeconfig: string, ...args: string[]): Promise<Process> {
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, "main.ts", `--kubeconfig=${kubeconfig}`, "--port=0", ...args],
    env: { ...MALLOC, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let output = "";
  const { promise, resolve } = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      output += text;
      const [, address] = /Serving address=(\S+)/.exec(output) ?? [];
      if (address) resolve(address.replace("0.0.0.0", "127.0.0.1"));
    }
  })();
  const url = await promise;
  return {
    url,
    startedAt,
    async stop() {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      child.kill("SIGTERM");
      await child.status;
      await reading;
      return { seconds: metric(metrics, "process_cpu_seconds_total") };
    },
  };
}

/** Returns the value of a metric without labels. */
export function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

/** Looks again and again until there is an answer. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Returns the milliseconds from the start until so many custom kinds and all built-in ones are synced. */
export async function synced({ url, startedAt }: Process, expected: number): Promise<number> {
  return await until(async () => {
    const all: { custom: boolean; state: string }[] = await (await fetch(`${url}/api/v1/kinds`)).json();
    const custom = all.filter((it) => it.custom && it.state === "synced");
    const isDone = custom.length >= expected &&
      all.every(({ state }) => state === "synced" || state === "absent");
    return isDone ? performance.now() - startedAt : undefined;
  });
}

/** Returns the smallest resident memory of ten seconds, in MB. */
export async function resident({ url }: Process): Promise<number> {
  const sizes: number[] = [];
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    sizes.push(metric(await (await fetch(`${url}/metrics`)).text(), "process_resident_memory_bytes"));
  }
  return Math.min(...sizes) / 1e6;
}
