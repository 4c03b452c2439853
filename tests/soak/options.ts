import { parseArgs } from "@std/cli/parse-args";

export interface SoakOptions {
  /** The minutes of changes and faults. The start and the end are extra. */
  readonly minutes: number;
  readonly objects: number;
  readonly seed: number;
  readonly changesPerSecond: number;
  /** The file for the curves as a picture. */
  readonly picture: string;
  /** The file for the samples as JSON. */
  readonly json?: string;
}

const OBJECTS_MOST = 800_000;
const DEFAULTS = { minutes: "10", objects: "30000", seed: "1", changes: "100", picture: "dist/soak.svg" };

/** @throws {TypeError} that names the invalid option. */
export function readOptions(args: readonly string[]): SoakOptions {
  const names = [...Object.keys(DEFAULTS), "json"];
  const given = parseArgs([...args], {
    string: names,
    unknown: (arg) => {
      throw new TypeError(`unknown option ${arg}; known are ${names.map((name) => `--${name}`).join(", ")}`);
    },
  });
  const text = (name: keyof typeof DEFAULTS) => String(given[name] ?? DEFAULTS[name]);
  const number = (name: keyof typeof DEFAULTS) => {
    const value = Number(text(name));
    if (value > 0 && Number.isFinite(value)) return value;
    throw new TypeError(`--${name} must be a number above 0, not ${text(name)}`);
  };
  const objects = Math.ceil(number("objects"));
  // The end compares the whole graph, and the server does not answer with more nodes than this.
  if (objects > OBJECTS_MOST) {
    throw new TypeError(`--objects must be at most ${OBJECTS_MOST}, not ${objects}`);
  }
  return {
    minutes: number("minutes"),
    objects,
    seed: Math.ceil(number("seed")),
    changesPerSecond: number("changes"),
    picture: text("picture"),
    ...(given["json"] === undefined ? {} : { json: String(given["json"]) }),
  };
}
