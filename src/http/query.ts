/**
 * Query strings by schema. The schema's types say how a parameter is written: an array may be repeated,
 * a boolean is `true` or `false`, a number has digits alone. A schema's message ends the sentence that
 * begins with the parameter's name and value.
 */
import * as v from "valibot";
import { invalidParameter } from "./http_error.ts";

export type QuerySchema = v.ObjectSchema<v.ObjectEntries, undefined>;

/**
 * The parameters of a request's URL.
 *
 * @throws {HttpError} 400 that names the existing parameters, or the fault of one.
 */
export function readQuery<S extends QuerySchema>(schema: S, url: string): v.InferOutput<S> {
  const entries = new Map(Object.entries(schema.entries));
  const given = searchParamsOf(url);
  const values: Record<string, unknown> = {};
  for (const name of new Set(given.keys())) {
    const entry = entries.get(name);
    if (entry === undefined) throw unknownParameter(name, [...entries.keys()]);
    values[name] = read(name, { type: typeOf(entry), texts: given.getAll(name) });
  }
  const result = v.safeParse(schema, values, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path, message, input }] = result.issues;
  const name = String(path?.[0]?.key);
  // The schema has its own message for a key that is missing.
  if (!given.has(name)) throw invalidParameter(`${name} is required`);
  throw invalidParameter(`${name} ${JSON.stringify(input)} ${message}`);
}

/** The parameters as they are written. The URL's host is the client's word and not looked at. */
function searchParamsOf(url: string): URLSearchParams {
  const start = url.indexOf("?");
  const query = start === -1 ? "" : url.slice(start + 1);
  try {
    decodeURIComponent(query);
  } catch {
    // URLSearchParams would take it for something else.
    throw invalidParameter("the query is no percent-encoded UTF-8");
  }
  return new URLSearchParams(query);
}

/** A parameter that is false unless it is set. */
export function flag(description: string) {
  return v.optional(v.pipe(v.boolean("must be true or false"), v.description(description)), false);
}

/** A parameter that may be left out, and has some text otherwise. */
export function text(description: string) {
  return v.exactOptional(v.pipe(v.string(), v.nonEmpty("must not be empty"), v.description(description)));
}

function typeOf(entry: v.ObjectEntries[string]): string {
  return "wrapped" in entry ? typeOf(entry.wrapped as v.ObjectEntries[string]) : entry.type;
}

function read(name: string, { type, texts }: { type: string; texts: readonly string[] }): unknown {
  if (type === "array") return texts;
  const [text = ""] = texts;
  if (texts.length > 1) throw invalidParameter(`${name} may be given only once`);
  if (type === "boolean") return text === "true" || (text === "false" ? false : text);
  return type === "number" && /^[0-9]+$/.test(text) ? Number(text) : text;
}

function unknownParameter(name: string, known: readonly string[]): Error {
  const those = known.length === 0 ? "this path takes none" : `known are ${known.join(", ")}`;
  return invalidParameter(`Unknown query parameter ${JSON.stringify(name)}: ${those}`);
}
