/**
 * The differences between the graph and the database: the keys of nodes, of edges and of members of index
 * sets, never their values. A key whose resource or relation no longer exists means a deletion. The journal
 * is a set, not a queue: a key that changes a thousand times is in it once. During a long outage of the
 * database, deletions could outgrow the graph. Then the journal drops everything and reports it, and only a
 * full comparison finds the differences.
 *
 * It listens to the graph (`GraphListener`). A node is written together with its memberships, so the journal
 * contains only memberships that end. In a process that does not write, the journal is paused: a takeover
 * compares everything anyway.
 */
import type { GraphReader } from "../../graph/queries/reader.ts";
import { kindSetKey, releaseSetKey } from "../format/keys.ts";
import { PartedWordSet } from "../../arrays/parted_word_set.ts";
import { UidWords } from "./uid_words.ts";

/** Words of a key: a uid; two uids; a uid, the number of the set's key, and a 0. */
export const NODE_WORDS = 4;
export const EDGE_WORDS = 8;
export const MEMBER_WORDS = 6;

/** Keys that were taken out to be written, as consecutive words. */
export interface DirtyKeys {
  readonly nodes: Uint32Array;
  readonly edges: Uint32Array;
  readonly members: Uint32Array;
}

/** Keys that the journal may hold in addition to twice the graph's. */
const ALLOWANCE = 20_000;
const CHECKED_EVERY = 1024;

export class Journal {
  /** Translates the words of keys. */
  readonly uids: UidWords;
  readonly #graph: GraphReader;
  readonly #onChange: () => void;
  readonly #nodes = new PartedWordSet(NODE_WORDS);
  readonly #edges = new PartedWordSet(EDGE_WORDS);
  readonly #members = new PartedWordSet(MEMBER_WORDS);
  readonly #words = new Uint32Array(EDGE_WORDS);
  #isPaused = false;
  #changes = 0;
  #graphChanges = 0;
  #lent = 0;
  #forgot = false;

  constructor(graph: GraphReader, onChange: () => void) {
    this.#graph = graph;
    this.#onChange = onChange;
    this.uids = new UidWords(graph);
  }

  /** The number of dirty keys, without those that were taken out. */
  get size(): number {
    return this.#nodes.size + this.#edges.size + this.#members.size;
  }

  get bytes(): number {
    return this.#nodes.bytes + this.#edges.bytes + this.#members.bytes;
  }

  /** The number of changes of the graph so far. */
  get graphChanges(): number {
    return this.#graphChanges;
  }

  /** Returns whether it has dropped differences since the last call. */
  takeForgotten(): boolean {
    const forgot = this.#forgot;
    this.#forgot = false;
    return forgot;
  }

  /** Drops everything, and ignores changes until it is resumed. */
  pause(): void {
    this.#isPaused = true;
    this.#clear();
    this.#tidy();
  }

  resume(): void {
    this.#isPaused = false;
  }

  resourceChanged(row: number): void {
    if (this.#isPaused) return;
    this.#graphChanges++;
    this.uids.ofRow(row, this.#words, 0);
    this.#nodes.add(this.#words, 0);
    this.#changed();
  }

  resourceLeaving(row: number): void {
    if (this.#isPaused) return;
    this.#graphChanges++;
    const graph = this.#graph;
    const release = graph.namedRelease(row);
    this.uids.ofRow(row, this.#words, 0);
    this.#nodes.add(this.#words, 0);
    this.#addMember(kindSetKey(graph.text.text(graph.namespace(row)), graph.kind(row).kind));
    if (release !== undefined) this.#addMember(releaseSetKey(graph.text.text(graph.releaseName(release))));
    this.#changed();
  }

  relationChanged(from: number, to: number): void {
    if (this.#isPaused) return;
    this.#graphChanges++;
    this.uids.ofRow(from, this.#words, 0);
    this.uids.ofRow(to, this.#words, 4);
    this.#edges.add(this.#words, 0);
    this.#changed();
  }

  /** Adds a difference that a comparison has found, as do the next two methods. */
  nodeDiffers(uid: string): void {
    this.uids.of(uid, this.#words, 0);
    this.#nodes.add(this.#words, 0);
    this.#changed();
  }

  edgeDiffers(from: string, to: string): void {
    this.uids.of(from, this.#words, 0);
    this.uids.of(to, this.#words, 4);
    this.#edges.add(this.#words, 0);
    this.#changed();
  }

  memberDiffers(set: string, uid: string): void {
    this.uids.of(uid, this.#words, 0);
    this.#addMember(set);
    this.#changed();
  }

  /** Takes out at most `most` keys. `putBack` returns them, `written` completes them. */
  take(most: number): DirtyKeys {
    this.#lent++;
    const nodes = this.#nodes.take(most);
    let left = most - nodes.length / NODE_WORDS;
    const edges = this.#edges.take(left);
    left -= edges.length / EDGE_WORDS;
    return { nodes, edges, members: this.#members.take(left) };
  }

  putBack({ nodes, edges, members }: DirtyKeys): void {
    this.#lent--;
    if (this.#isPaused) return this.#tidy();
    for (let at = 0; at < nodes.length; at += NODE_WORDS) this.#nodes.add(nodes, at);
    for (let at = 0; at < edges.length; at += EDGE_WORDS) this.#edges.add(edges, at);
    for (let at = 0; at < members.length; at += MEMBER_WORDS) this.#members.add(members, at);
  }

  written(_keys: DirtyKeys): void {
    this.#lent--;
    this.#tidy();
  }

  /** Drops the texts behind the words of keys as soon as there are no keys. */
  #tidy(): void {
    if (this.#lent === 0 && this.size === 0) this.uids.clear();
  }

  #addMember(set: string): void {
    this.#words[4] = this.uids.number(set);
    this.#words[5] = 0;
    this.#members.add(this.#words, 0);
  }

  #changed(): void {
    if (++this.#changes % CHECKED_EVERY === 0 && this.#isOutgrown()) {
      this.#clear();
      this.#forgot = true;
    }
    this.#onChange();
  }

  #clear(): void {
    this.#nodes.clear();
    this.#edges.clear();
    this.#members.clear();
  }

  #isOutgrown(): boolean {
    const { resourceCount, relationCount } = this.#graph;
    return this.#nodes.size > ALLOWANCE + 2 * resourceCount ||
      this.#edges.size > ALLOWANCE + 2 * relationCount ||
      this.#members.size > ALLOWANCE + 4 * resourceCount;
  }
}
