/**
 * Parses query strings by schema. The type in the schema determines the syntax of a parameter: an array may be
 * repeated, a boolean is `true` or `false`, and a number consists of digits. An error begins with the name and
 * the value of the parameter, and ends with the message of the schema.
 */
import * as v from "valibot";
import { invalidParameter } from "./http_error.ts";

export type QuerySchema = v.ObjectSchema<v.ObjectEntries, undefined>;

/**
 * Returns the parameters of a request's URL.
 *
 * @throws {HttpError} 400 that lists the known parameters, or says why a parameter is invalid.
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

/**
 * Returns the parameters as they are written. Ignores the host of the URL, which the client chooses.
 *
 * @throws {HttpError} 400 if they are not percent-encoded UTF-8.
 */
export function searchParamsOf(url: string): URLSearchParams {
  const start = url.indexOf("?");
  const query = start === -1 ? "" : url.slice(start + 1);
  try {
    decodeURIComponent(query);
  } catch {
    // URLSearchParams would take it for something else.
    throw invalidParameter("the query is not percent-encoded UTF-8");
  }
  return new URLSearchParams(query);
}

/** Returns the schema of a boolean parameter that is false by default. */
export function flag(description: string) {
  return v.optional(v.pipe(v.boolean("must be true or false"), v.description(description)), false);
}

/** Returns the schema of an optional parameter that must not be empty. */
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
