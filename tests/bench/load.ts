/**
 * Requests one path over eight connections, each as fast as it is answered. Uses wrk if it is installed
 * (Debian has a package of that name), otherwise a small program of ours, which is slower than the server
 * for small answers.
 */
import { LogReader } from "./log_reader.ts";

const CONNECTIONS = 8;
/** The longest time for an answer, in seconds. */
const TIMEOUT = 30;

export interface LoadOptions {
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const loadGenerator: string = await hasWrk() ? "wrk" : "a client on Deno";

/** Returns the requests per second. Rejects if a request got no answer, or an error. */
export async function load(url: string, { seconds, headers = {} }: LoadOptions): Promise<number> {
  return await (loadGenerator === "wrk" ? loadWithWrk : loadWithDeno)(url, { seconds, headers });
}

async function loadWithWrk(url: string, { seconds, headers }: Required<LoadOptions>): Promise<number> {
  const report = await output("wrk", [
    "--threads=1",
    `--connections=${CONNECTIONS}`,
    `--duration=${seconds}s`,
    `--timeout=${TIMEOUT}s`,
    ...Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`),
    url,
  ]);
  const [, rate] = /^Requests\/sec:\s+([\d.]+)$/m.exec(report) ?? [];
  if (rate === undefined || /Non-2xx|Socket errors/.test(report)) throw new Error(`GET ${url}: ${report}`);
  return Number(rate);
}

async function loadWithDeno(url: string, options: Required<LoadOptions>): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "tests/bench/load_program.ts",
      JSON.stringify({ ...options, url, connections: CONNECTIONS, timeout: TIMEOUT }),
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const { fields } = await new LogReader(child.stdout).find("Answered");
  await child.status;
  return Number(fields["rate"]);
}

async function hasWrk(): Promise<boolean> {
  try {
    await output("wrk", ["--version"]);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function output(program: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stdin: "null", stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout);
}
