import { parseArgs } from "@std/cli/parse-args";

export const PARTS = ["base", "sync", "bytes", "rates", "latency", "stream", "persistence", "kills"] as const;

export type Part = typeof PARTS[number];

export interface BenchOptions {
  /** The numbers of objects of the clusters. Rates and latency are measured on the first cluster. */
  readonly sizes: readonly number[];
  readonly parts: ReadonlySet<Part>;
  /** The number of runs of each noisy figure. */
  readonly runs: number;
  /** The seconds of each load. */
  readonly seconds: number;
  readonly seed: number;
  /** The file for the figures as JSON. */
  readonly json?: string;
}

/** @throws {TypeError} that names the invalid option. */
export function readOptions(args: readonly string[]): BenchOptions {
  const names = ["objects", "only", "runs", "seconds", "seed", "json"];
  const given = parseArgs([...args], {
    string: names,
    unknown: (arg) => {
      throw new TypeError(`unknown option ${arg}; known are ${names.map((name) => `--${name}`).join(", ")}`);
    },
  });
  const text = (name: string, otherwise: string) => String(given[name] ?? otherwise);
  const count = (name: string, value: string) => {
    if (!/^[1-9]\d*$/.test(value)) {
      throw new TypeError(`--${name} must be a whole number above 0, not ${value}`);
    }
    return Number(value);
  };
  return {
    sizes: text("objects", "30000,120000").split(",").map((size) => count("objects", size)),
    parts: new Set(text("only", PARTS.join()).split(",").map(readPart)),
    runs: count("runs", text("runs", "5")),
    seconds: count("seconds", text("seconds", "3")),
    seed: count("seed", text("seed", "1")),
    ...(given["json"] === undefined ? {} : { json: String(given["json"]) }),
  };
}

function readPart(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new TypeError(`--only knows ${PARTS.join(", ")}, not ${name}`);
  return part;
}
