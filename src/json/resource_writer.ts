/**
 * Writes the parts of a resource that answers and saved nodes have in common: its labels, and the fields of
 * its details as their layouts describe them. Callers know the layouts and the order of the parts; nothing
 * here knows a field by its name.
 */
import { type ByteSource, type ByteWriter, type Fragment, fragment } from "./byte_writer.ts";

/** The source of the parts. Its numbers are those of the graph. */
export interface ResourceSource extends ByteSource {
  labelSet(row: number): number;
  labelCount(set: number): number;
  labelKey(set: number, i: number): number;
  labelValue(set: number, i: number): number;
  /** Visits the fields of a resource, the items of a list one by one. */
  forEachField(row: number, visit: (field: number, words: Uint32Array, at: number) => void): void;
}

export interface Layout {
  readonly name: string;
  readonly isList: boolean;
  readonly parts: readonly { readonly name?: string; readonly form: "text" | "count" | "uid" }[];
}

/** A field prepared for writing: the bytes before each of its parts, and after the last one. */
interface Plan {
  readonly isList: boolean;
  /** The bytes before the field, for the first and for later fields. For a list with the opening bracket. */
  readonly openings: readonly [first: Fragment, further: Fragment];
  readonly parts: readonly { readonly before: Fragment; readonly form: "text" | "count" | "uid" }[];
  readonly end: Fragment;
}

const QUOTE = fragment('"');
const COMMA = fragment(",");
const COMMA_QUOTE = fragment(',"');
const KEY_END = fragment('":"');
const OPEN = fragment("{");
const CLOSE = fragment("}");
const CLOSE_ARRAY = fragment("]");

export type FieldPlans = readonly Plan[];

/** Prepares the fields of these layouts, once for all writers. */
export function planFields(layouts: readonly Layout[]): FieldPlans {
  return layouts.map(({ name, isList, parts }) => {
    const isObject = parts[0]?.name !== undefined;
    const start = `"${name}":${isList ? "[" : ""}`;
    let before = isObject ? "{" : "";
    const planned = parts.map(({ name, form }) => {
      const quote = form === "count" ? "" : '"';
      const part = { before: fragment(`${before}${name === undefined ? "" : `"${name}":`}${quote}`), form };
      before = `${quote},`;
      return part;
    });
    const end = `${before.slice(0, -1)}${isObject ? "}" : ""}`;
    return {
      isList,
      openings: [fragment(start), fragment(`,${start}`)],
      parts: planned,
      end: fragment(end),
    };
  });
}

export class ResourceWriter {
  readonly #source: ResourceSource;
  readonly #plans: FieldPlans;

  constructor(source: ResourceSource, plans: FieldPlans) {
    this.#source = source;
    this.#plans = plans;
  }

  /** Writes the labels of a resource as an object. */
  labels(out: ByteWriter, row: number): void {
    const source = this.#source;
    const set = source.labelSet(row);
    const count = source.labelCount(set);
    out.put(OPEN);
    for (let i = 0; i < count; i++) {
      out.put(i === 0 ? QUOTE : COMMA_QUOTE);
      out.text(source.labelKey(set, i));
      out.put(KEY_END);
      out.text(source.labelValue(set, i));
      out.put(QUOTE);
    }
    out.put(CLOSE);
  }

  /** Writes the fields of a resource with a comma before each, except before the first one if it `leads`. */
  fields(out: ByteWriter, row: number, { leads }: { leads: boolean }): void {
    /** The list that is currently open. */
    let list = -1;
    let further = leads ? 0 : 1;
    this.#source.forEachField(row, (field, words, at) => {
      const { isList, openings, parts, end } = this.#plans[field]!;
      if (list === field) out.put(COMMA);
      else {
        if (list !== -1) out.put(CLOSE_ARRAY);
        list = isList ? field : -1;
        out.put(openings[further]!);
        further = 1;
      }
      for (let i = 0; i < parts.length; i++) {
        const { before, form } = parts[i]!;
        out.put(before);
        if (form === "text") out.text(words[at++]!);
        else if (form === "count") out.number(words[at++]!);
        else {
          out.fieldUid(words, at);
          at += 4;
        }
      }
      out.put(end);
    });
    if (list !== -1) out.put(CLOSE_ARRAY);
  }
}
