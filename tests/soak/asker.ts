/** Sends requests to the server one after the other, and keeps those that got no answer. */
import { sleep, systemClock } from "../../src/model/clock.ts";
import { random } from "../support/random.ts";

export interface AskerOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface Asked {
  answers: number;
  readonly failures: string[];
}

const PAUSE_MILLISECONDS = 50;

/** Runs until the signal aborts. `asked` counts the answers and collects the failures. */
export async function ask(url: string, asked: Asked, { seed, signal }: AskerOptions): Promise<void> {
  const next = random(seed);
  const pick = <T>(all: readonly T[]) => all[Math.floor(next() * all.length)];
  const get = async (path: string) => {
    try {
      const response = await fetch(url + path);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`);
      asked.answers++;
      return text;
    } catch (error) {
      asked.failures.push(`${path}: ${error}`);
      return "[]";
    }
  };
  const list = async (path: string): Promise<string[]> => JSON.parse(await get(path));
  while (!signal.aborted) {
    const namespace = pick(await list("/api/v1/namespaces"));
    const release = pick(await list("/api/v1/releases"));
    await get(`/api/v1/graph?namespace=${namespace}`);
    await get(`/api/v1/graph?release=${release}`);
    await get(`/api/v1/resources?namespace=${namespace}&limit=100`);
    await get("/api/v1/releases?detail=true");
    await get("/api/v1/problems");
    await get("/api/v1/kinds");
    await get("/readyz?verbose");
    if (next() < 0.05) await get("/api/v1/graph");
    await sleep(PAUSE_MILLISECONDS, { clock: systemClock, signal });
  }
}
