/**
 * Stores the details and annotations of a resource as words: for each field a tag, then its values. A list has
 * a tag for each of its items. `DETAIL_LAYOUTS` gives the meaning of the words of a field. So this table can
 * hold and release strings and uids without knowing the fields.
 */
import { DETAIL_LAYOUTS, type FieldLayout } from "../../model/detail.ts";
import type { ResourceRecord } from "../../model/record.ts";
import { Blocks, Draft } from "../../arrays/blocks.ts";
import type { Strings } from "../../arrays/string_table.ts";
import type { Uids } from "./uids.ts";

const ANNOTATION: FieldLayout = { name: "", isList: true, parts: [{ form: "text" }, { form: "text" }] };
/** The layouts by tag. */
const LAYOUTS = [...DETAIL_LAYOUTS, ANNOTATION];
const ANNOTATION_TAG = DETAIL_LAYOUTS.length;
/** The number of words of a field, including its tag, by tag. */
const WORDS = LAYOUTS.map(({ parts }) => parts.reduce((sum, { form }) => sum + (form === "uid" ? 4 : 1), 1));

export class Details {
  readonly #strings: Strings;
  readonly #uids: Uids;
  readonly #blocks = new Blocks();
  readonly #draft = new Draft();

  constructor(strings: Strings, uids: Uids) {
    this.#strings = strings;
    this.#uids = uids;
  }

  /** Visits the fields of a block, list items one by one: the position in `DETAIL_LAYOUTS`, and the words. */
  forEachField(block: number, visit: (field: number, words: Uint32Array, at: number) => void): void {
    const { words } = this.#blocks;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end; at += WORDS[words[at]!]!) {
      if (words[at] === ANNOTATION_TAG) return;
      visit(words[at]!, words, at + 1);
    }
  }

  /** Returns the first word of a field that is not a list, or undefined. */
  find(block: number, field: number): number | undefined {
    const { words } = this.#blocks;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end && words[at]! <= field; at += WORDS[words[at]!]!) {
      if (words[at] === field) return words[at + 1];
    }
    return undefined;
  }

  /** Visits the annotations of a block, as string ids. */
  forEachAnnotation(block: number, visit: (key: number, value: number) => void): void {
    const { words } = this.#blocks;
    const end = block + this.#blocks.length(block);
    for (let at = block; at < end; at += WORDS[words[at]!]!) {
      if (words[at] === ANNOTATION_TAG) visit(words[at + 1]!, words[at + 2]!);
    }
  }

  /** Returns the block of a record's details: `old` if the details are equal, otherwise a new
   * block that replaces it. */
  replace(old: number, record: ResourceRecord): number {
    this.#encode(record);
    const { words, length } = this.#draft;
    if (this.#blocks.equals(old, words, length)) {
      this.#releaseWords(words, 0, length);
      return old;
    }
    // The new block is taken before the old one is free, so that the two differ.
    const block = this.#blocks.put(words, length);
    this.give(old);
    return block;
  }

  give(block: number): void {
    this.#releaseWords(this.#blocks.words, block, this.#blocks.length(block));
    this.#blocks.give(block);
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { blocks: this.#blocks, layouts: LAYOUTS };
  }

  get bytes(): number {
    return this.#blocks.bytes;
  }

  /** Annotations come last. */
  #encode({ detail, annotations }: ResourceRecord): void {
    const draft = this.#draft;
    draft.length = 0;
    const values = detail as Readonly<Record<string, unknown>>;
    for (let tag = 0; tag < DETAIL_LAYOUTS.length; tag++) {
      const { name, isList } = DETAIL_LAYOUTS[tag]!;
      const value = values[name];
      if (value === undefined) continue;
      if (isList) { for (const item of value as readonly unknown[]) this.#encodeField(tag, item); }
      else this.#encodeField(tag, value);
    }
    for (const [key, value] of annotations) {
      draft.push(ANNOTATION_TAG);
      draft.push(this.#strings.intern(key));
      draft.push(this.#strings.intern(value));
    }
  }

  #encodeField(tag: number, value: unknown): void {
    this.#draft.push(tag);
    for (const { name, form } of LAYOUTS[tag]!.parts) {
      const part = name === undefined ? value : (value as Readonly<Record<string, unknown>>)[name];
      if (form === "count") this.#draft.push(Math.min(Math.max(Math.trunc(part as number), 0), 0xffffffff));
      else if (form === "text") this.#draft.push(this.#strings.intern(part as string));
      else {
        this.#uids.parse(part as string);
        for (const word of this.#uids.words) this.#draft.push(word);
      }
    }
  }

  #releaseWords(words: Uint32Array, start: number, length: number): void {
    for (let at = start; at < start + length;) {
      for (const { form } of LAYOUTS[words[at++]!]!.parts) {
        if (form === "text") this.#strings.release(words[at]!);
        if (form === "uid") this.#uids.release(words, at);
        at += form === "uid" ? 4 : 1;
      }
    }
  }
}
