import type { GraphReader } from "../../graph/queries/reader.ts";

const ALL_ONES = 0xffffffff;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Represents uids as four words that outlive their resource. The API server's uids are UUIDs. Any other text
 * gets a number here, and its words are three times all ones and that number. Texts are kept until `clear`.
 */
export class UidWords {
  readonly #graph: GraphReader;
  readonly #numbers = new Map<string, number>();
  #texts: string[] = [];

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  ofRow(row: number, target: Uint32Array, at: number): void {
    this.#graph.copyUidWords(row, target, at);
    if (isText(target, at)) target[at + 3] = this.number(this.#graph.uid(row));
  }

  of(uid: string, target: Uint32Array, at: number): void {
    if (UUID.test(uid)) {
      const hex = uid.replaceAll("-", "");
      for (let i = 0; i < 4; i++) target[at + i] = parseInt(hex.slice(i * 8, i * 8 + 8), 16);
      if (!isText(target, at)) return;
    }
    target.fill(ALL_ONES, at, at + 3);
    target[at + 3] = this.number(uid);
  }

  text(words: Uint32Array, at: number): string {
    return isText(words, at) ? this.textOf(words[at + 3] ?? 0) : this.#graph.fieldUid(words, at);
  }

  /** Returns the resource's row if it is in the graph. */
  findRow(words: Uint32Array, at: number): number | undefined {
    if (isText(words, at)) return this.#graph.find(this.text(words, at));
    return this.#graph.findUidWords(words, at);
  }

  /** Returns the number that represents a text. */
  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? "";
  }

  clear(): void {
    if (this.#texts.length === 0) return;
    this.#numbers.clear();
    this.#texts = [];
  }
}

function isText(words: Uint32Array, at: number): boolean {
  return words[at] === ALL_ONES && words[at + 1] === ALL_ONES && words[at + 2] === ALL_ONES;
}
