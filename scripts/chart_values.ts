/**
 * What the comments of the chart's values.yaml say: the table of README.md, and values.schema.json. A comment
 * `# -- text` documents the value below it. A line `# @schema {…}` in it adds to the schema that follows from
 * the default. A value without such a comment is a mapping, and each value in it has one.
 */
import { load } from "js-yaml";

/** A value that users set, with its default. */
export interface ChartValue {
  /** Names from the outside to the inside. */
  readonly path: readonly string[];
  readonly description: string;
  readonly default: unknown;
  /** What its comment adds to the schema. */
  readonly schema: Schema;
}

export interface Schema {
  readonly [keyword: string]: unknown;
}

const KEY = /^( *)([A-Za-z0-9]+):/;

/** Returns the documented values in the order of the file. Throws if a value is not documented. */
export function readValues(yaml: string): ChartValue[] {
  const values: ChartValue[] = [];
  const parents: string[] = [];
  let comment: string[] = [];
  // The indent of a documented mapping, whose content is free.
  let insideOf = Infinity;
  for (const line of yaml.split("\n")) {
    const [, remark] = /^ *# ?(.*)$/.exec(line) ?? [];
    if (remark !== undefined) {
      comment.push(remark);
      continue;
    }
    const [, indent = "", name = ""] = KEY.exec(line) ?? [];
    if (name !== "" && indent.length <= insideOf) {
      insideOf = Infinity;
      parents.length = indent.length / 2;
      const path = [...parents, name];
      parents.push(name);
      const start = comment.findLastIndex((text) => text.startsWith("-- "));
      if (start !== -1) {
        values.push(documented(path, comment.slice(start), valueAt(yaml, path)));
        insideOf = indent.length;
      } else if (!isMapping(valueAt(yaml, path))) {
        throw new Error(`${path.join(".")} has no comment that starts with "# -- "`);
      }
    }
    comment = [];
  }
  return values;
}

function documented(path: readonly string[], comment: readonly string[], value: unknown): ChartValue {
  const isSchema = (text: string) => text.startsWith("@schema ");
  const schema = comment.find(isSchema)?.slice("@schema ".length) ?? "{}";
  const description = comment.filter((text) => !isSchema(text)).join(" ").slice("-- ".length);
  return { path, description, default: value, schema: JSON.parse(schema) };
}

function valueAt(yaml: string, path: readonly string[]): unknown {
  return path.reduce((value, name) => (value as Record<string, unknown>)[name], load(yaml));
}

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a JSON schema that allows the documented values alone. */
export function schemaOf(values: readonly ChartValue[]): Schema {
  const root = mapping();
  for (const { path, description, default: value, schema } of values) {
    let parent = root;
    for (const name of path.slice(0, -1)) {
      parent = (parent.properties[name] ??= mapping()) as Mapping;
    }
    const hasType = "type" in schema || "enum" in schema;
    parent.properties[path.at(-1) ?? ""] = {
      description,
      ...hasType ? {} : { type: typeOf(value) },
      ...schema,
    };
  }
  // Helm hands `global` to every chart.
  root.properties["global"] = { type: "object" };
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "Values of astrolabe", ...root };
}

interface Mapping extends Schema {
  readonly properties: Record<string, Schema>;
}

function mapping(): Mapping {
  return { type: "object", additionalProperties: false, properties: {} };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "number" ? "integer" : typeof value;
}

/** Returns a table in Markdown with a row for each value. */
export function tableOf(values: readonly ChartValue[]): string {
  const rows = values.map(({ path, description, default: value }) =>
    `| \`${path.join(".")}\` | ${shown(value)} | ${description.replaceAll("|", "\\|")} |`
  );
  return ["| value | default | |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Shows a default: a long one as `see values.yaml`. */
function shown(value: unknown): string {
  if (value === null) return "unset";
  const text = JSON.stringify(value);
  return text.length > 40 ? "see values.yaml" : `\`${text}\``;
}
