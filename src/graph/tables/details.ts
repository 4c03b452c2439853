/**
 * Details and annotations of a resource as words: for each field a tag, then its values. `FIELDS`
 * says what the words of a field are, so that strings and uids can be held and released without
 * knowing the field.
 */
import type { ResourceRecord } from "../../model/record.ts";
import { Blocks, Draft } from "../../arrays/blocks.ts";
import type { Strings } from "../../arrays/string_table.ts";
import type { Uids } from "./uids.ts";

/** Layout by tag: s a string, u a uid (four words), n a number. */
const FIELDS = ["", "s", "s", "n", "nnnn", "ssu", "s", "sssu", "ss"] as const;
export const IMAGE = 1;
export const NODE_NAME = 2;
export const RESTART_COUNT = 3;
export const REPLICAS = 4;
export const OWNER = 5;
export const VOLUME_NAME = 6;
export const CLAIM_REF = 7;
export const ANNOTATION = 8;

/** Words of a field, its tag not counted. */
export const FIELD_WORDS = FIELDS.map((layout) =>
  [...layout].reduce((sum, c) => sum + (c === "u" ? 4 : 1), 0)
);

export class Details {
  readonly #strings: Strings;
  readonly #uids: Uids;
  readonly #blocks = new Blocks();
  readonly #draft = new Draft();
  /** What the last `replace` found. */
  changed = false;

  constructor(strings: Strings, uids: Uids) {
    this.#strings = strings;
    this.#uids = uids;
  }

  get words(): Uint32Array {
    return this.#blocks.words;
  }

  /** Words of a block. */
  length(block: number): number {
    return this.#blocks.length(block);
  }

  /** The block of a record's details: `old`, which is given back unless nothing has `changed`. */
  replace(old: number, record: ResourceRecord): number {
    this.#encode(record);
    const { words, length } = this.#draft;
    this.changed = !this.#blocks.equals(old, words, length);
    if (!this.changed) {
      this.#releaseWords(words, 0, length);
      return old;
    }
    this.give(old);
    return this.#blocks.put(words, length);
  }

  give(block: number): void {
    this.#releaseWords(this.#blocks.words, block, this.#blocks.length(block));
    this.#blocks.give(block);
  }

  get bytes(): number {
    return this.#blocks.bytes;
  }

  #encode({ detail, annotations }: ResourceRecord): void {
    this.#draft.length = 0;
    if (detail.image !== undefined) this.#field(IMAGE).#string(detail.image);
    if (detail.nodeName !== undefined) this.#field(NODE_NAME).#string(detail.nodeName);
    if (detail.restartCount !== undefined) this.#field(RESTART_COUNT).#number(detail.restartCount);
    if (detail.replicas !== undefined) {
      const { desired, current, ready, available } = detail.replicas;
      this.#field(REPLICAS).#number(desired).#number(current).#number(ready).#number(available);
    }
    for (const { kind, name, uid } of detail.ownerReferences ?? []) {
      this.#field(OWNER).#string(kind).#string(name).#uid(uid);
    }
    if (detail.volumeName !== undefined) this.#field(VOLUME_NAME).#string(detail.volumeName);
    if (detail.claimRef !== undefined) {
      const { kind, namespace, name, uid } = detail.claimRef;
      this.#field(CLAIM_REF).#string(kind).#string(namespace).#string(name).#uid(uid);
    }
    for (const [key, value] of annotations) this.#field(ANNOTATION).#string(key).#string(value);
  }

  #field(tag: number): this {
    this.#draft.push(tag);
    return this;
  }

  #string(text: string): this {
    this.#draft.push(this.#strings.intern(text));
    return this;
  }

  #number(value: number): this {
    this.#draft.push(Math.min(Math.max(Math.trunc(value), 0), 0xffffffff));
    return this;
  }

  #uid(uid: string): this {
    this.#uids.parse(uid);
    for (const word of this.#uids.words) this.#draft.push(word);
    return this;
  }

  #releaseWords(words: Uint32Array, start: number, length: number): void {
    for (let at = start; at < start + length;) {
      for (const type of FIELDS[words[at++]!]!) {
        if (type === "s") this.#strings.release(words[at]!);
        if (type === "u") this.#uids.release(words, at);
        at += type === "u" ? 4 : 1;
      }
    }
  }
}
