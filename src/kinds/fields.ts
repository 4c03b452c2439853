/**
 * Reads the fields of unchecked parsed JSON. As in the Kubernetes API, absent and null are equal and give the
 * zero value, which the API server omits. A value of a wrong type throws MalformedField, which `makeRecord`
 * turns into the status Unknown.
 */
export type Fields = { readonly [field: string]: unknown };

/** A field does not have the type that the Kubernetes API defines. */
export class MalformedField extends Error {
  override name = "MalformedField";

  constructor(expected: string, value: unknown) {
    super(`A field holds ${typeOf(value)} where ${expected} belongs`);
  }
}

const NO_FIELDS: Fields = Object.freeze({});
const NO_ITEMS: readonly Fields[] = Object.freeze([]);

/** Returns the fields of an object, or none if it is absent. */
export function fields(value: unknown): Fields {
  if (value === undefined || value === null) return NO_FIELDS;
  if (isObject(value)) return value;
  throw new MalformedField("an object", value);
}

/** Returns the fields of an object that is never null, such as the `spec` of a kind that has one. */
export function requiredFields(value: unknown): Fields {
  if (value === undefined) return NO_FIELDS;
  if (isObject(value)) return value;
  throw new MalformedField("an object", value);
}

/** Returns the items of a list of objects. */
export function list(value: unknown): readonly Fields[] {
  if (value === undefined || value === null) return NO_ITEMS;
  if (!Array.isArray(value)) throw new MalformedField("a list", value);
  for (const item of value) {
    if (!isObject(item)) throw new MalformedField("an object", item);
  }
  return value;
}

export function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  throw new MalformedField("a string", value);
}

/** Returns the items of a list of strings. */
export function texts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedField("a list", value);
  return value.map((item) => text(item) ?? "");
}

export function integer(value: unknown, absent = 0): number {
  if (Number.isSafeInteger(value)) return value as number;
  if (value === undefined || value === null) return absent;
  throw new MalformedField("an integer", value);
}

export function flag(value: unknown, absent = false): boolean {
  if (typeof value === "boolean") return value;
  if (value === undefined || value === null) return absent;
  throw new MalformedField("true or false", value);
}

/** Returns the entries of a map of strings, such as labels, sorted by key. */
export function pairs(value: unknown): [key: string, value: string][] {
  const entries = Object.entries(fields(value));
  let sorted = true;
  let previous = "";
  for (const [key, item] of entries) {
    if (typeof item !== "string") throw new MalformedField("a string", item);
    if (key < previous) sorted = false;
    previous = key;
  }
  const strings = entries as [string, string][];
  return sorted ? strings : strings.sort(([a], [b]) => a < b ? -1 : 1);
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the name of an object of which nothing has been checked, or an empty one. */
export function nameOf(object: unknown): string {
  const name = isObject(object) && isObject(object.metadata) ? object.metadata.name : undefined;
  return typeof name === "string" ? name : "";
}

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
