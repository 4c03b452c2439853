/**
 * Compares the whole database with the graph, and adds the differences to the journal: keys that are missing
 * or have another value, members of index sets that are missing or wrong, and superfluous keys. It reads a
 * bounded number of keys at a time. Changes of the graph during the comparison are in the journal anyway.
 *
 * Keys that only the database has are deleted, except resources of kinds that are not synced, because these
 * may still exist.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { BatchEncoder } from "./format/batch_encoder.ts";
import { setsOf } from "./format/batch_encoder.ts";
import { EDGE_WORDS, type Journal, NODE_WORDS } from "./journal/journal.ts";
import {
  EDGE_PREFIX,
  INDEX_PREFIX,
  METADATA_KEY,
  NODE_PREFIX,
  uidOfNodeKey,
  uidsOfEdgeKey,
} from "./format/keys.ts";
import { NodeDecoder } from "./format/node_decoder.ts";
import { PartedWordSet } from "../arrays/parted_word_set.ts";
import { readValues } from "./read_values.ts";
import type { Batch, Store } from "./store.ts";

const KEYS_AT_ONCE = 500;
const SETS_AT_ONCE = 100;
/** The metadata and the lease. */
const OWN_KEYS = 2;
/** The start of a saved node's last field, which changes without any other change. */
const VERSION_FIELD = ',"resourceVersion":"';

export interface ReconcileOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  readonly journal: Journal;
  readonly encoder: BatchEncoder;
  /** Asked between two steps; false ends the comparison. */
  readonly goOn: () => Promise<boolean>;
}

/**
 * Returns how many keys of ours the database should have once the differences are written, or undefined if
 * the comparison did not come to its end.
 */
export async function reconcile(options: ReconcileOptions): Promise<number | undefined> {
  return await new Comparison(options).run();
}

class Comparison {
  readonly #options: ReconcileOptions;
  /** Numbers of members that index sets should have, by key. */
  readonly #expected = new Map<string, number>();
  /** Uids of resources that stay although the graph does not have them. */
  readonly #kept = new Set<string>();
  /** The keys of these resources, their relations and sets, where nothing in the graph accounts for them. */
  readonly #keptKeys = new Set<string>();
  /** Nodes and edges of the graph. */
  #values = 0;
  /** The number of these that the database has. */
  #found = 0;
  readonly #decoder = new TextDecoder();

  constructor(options: ReconcileOptions) {
    this.#options = options;
  }

  async run(): Promise<number | undefined> {
    const { store, goOn } = this.#options;
    if (!await this.#compareValues()) return undefined;
    const sets = await this.#compareSets([...this.#expected.keys()]);
    if (sets === undefined) return undefined;
    const [metadata] = await store.get([METADATA_KEY]);
    const lease = 1;
    const accounted = this.#found + sets + (metadata ? 1 : 0) + lease;
    if ((await store.info()).keys !== accounted) {
      if (!await goOn() || !await this.#findLeftovers()) return undefined;
    }
    return this.#values + this.#expected.size + this.#keptKeys.size + OWN_KEYS;
  }

  // Phase 1: values that the graph has.

  async #compareValues(): Promise<boolean> {
    const { store, goOn } = this.#options;
    let ahead: Promise<readonly (string | null)[]> | undefined;
    let batch: Batch | undefined;
    for (const next of this.#batches()) {
      const values = store.get(next.set.map(([key]) => key));
      // It is awaited below, unless the comparison ends first.
      values.catch(() => {});
      if (ahead !== undefined && batch !== undefined) this.#compareBatch(batch, await ahead);
      [ahead, batch] = [values, next];
      if (!await goOn()) return false;
    }
    if (ahead !== undefined && batch !== undefined) this.#compareBatch(batch, await ahead);
    return true;
  }

  /** Yields, part by part, the batches that would be written if everything was dirty. */
  *#batches(): Iterable<Batch> {
    const { graph, journal: { uids }, encoder } = this.#options;
    let nodes: number[] = [];
    let pairs: number[] = [];
    const encode = () => {
      const words = {
        nodes: new Uint32Array(nodes.length * NODE_WORDS),
        edges: new Uint32Array(pairs.length / 2 * EDGE_WORDS),
        members: new Uint32Array(0),
      };
      nodes.forEach((row, i) => uids.ofRow(row, words.nodes, i * NODE_WORDS));
      pairs.forEach((row, i) => uids.ofRow(row, words.edges, i * NODE_WORDS));
      nodes = [];
      pairs = [];
      return encoder.encode(words);
    };
    for (const row of everyRow(graph)) {
      nodes.push(row);
      for (const to of targetsOf(graph, row)) pairs.push(row, to);
      if (nodes.length + pairs.length / 2 >= KEYS_AT_ONCE) yield encode();
    }
    if (nodes.length > 0) yield encode();
  }

  #compareBatch({ set, add }: Batch, values: readonly (string | null)[]): void {
    const { journal } = this.#options;
    set.forEach(([key, value], i) => {
      const stored = values[i];
      this.#values++;
      if (typeof stored === "string") this.#found++;
      if (key.startsWith(NODE_PREFIX)) {
        const own = typeof value === "string" ? value : this.#decoder.decode(value);
        if (!isSameNode(own, stored)) journal.nodeDiffers(uidOfNodeKey(key));
      } else if (value !== stored) this.#edgeDiffers(key);
    });
    for (const [key] of add) this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1);
  }

  #edgeDiffers(key: string): void {
    const { journal } = this.#options;
    for (const [from, to] of uidsOfEdgeKey(key)) journal.edgeDiffers(from, to);
  }

  // Phase 2: index sets.

  /** Returns how many of the sets the database has, or undefined if the comparison has to end. */
  async #compareSets(keys: readonly string[]): Promise<number | undefined> {
    const { store, graph, journal, goOn } = this.#options;
    const short = new Set<string>();
    let found = 0;
    for (let i = 0; i < keys.length; i += SETS_AT_ONCE) {
      const part = keys.slice(i, i + SETS_AT_ONCE);
      const sets = await store.members(part);
      part.forEach((key, n) => {
        const members = sets[n] ?? [];
        if (members.length > 0) found++;
        if (this.#compareSet(key, members) < (this.#expected.get(key) ?? 0)) short.add(key);
      });
      if (!await goOn()) return undefined;
    }
    if (short.size === 0) return found;
    for await (const row of rowsOf(graph)) {
      if (setsOf(graph, row).some((key) => short.has(key))) journal.nodeDiffers(graph.uid(row));
    }
    return found;
  }

  /** Returns how many of the members belong into the set. */
  #compareSet(key: string, members: readonly string[]): number {
    const { graph, journal } = this.#options;
    // A key that is not a set has no members; to remove one deletes it.
    if (members.length === 0 && !this.#expected.has(key)) journal.memberDiffers(key, "");
    let right = 0;
    for (const uid of members) {
      const row = graph.find(uid);
      if (row !== undefined && setsOf(graph, row).includes(key)) right++;
      else if (row !== undefined || this.#isSynced(key)) journal.memberDiffers(key, uid);
      else if (!this.#expected.has(key)) this.#keptKeys.add(key);
    }
    return right;
  }

  /** Reports whether all kinds whose resources may be in an index set are synced. */
  #isSynced(setKey: string): boolean {
    const { graph } = this.#options;
    const ofRelease = !setKey.startsWith(`${INDEX_PREFIX}ns-kind:`);
    return graph.kinds.every(({ kind, custom }, number) => {
      // Custom kinds are often forbidden for good. Listing one adds its members of releases again.
      const concerns = ofRelease ? !custom : setKey.endsWith(`:${kind}`);
      return !concerns || graph.isSynced(number) || !graph.hasKind(number);
    });
  }

  // Phase 3: keys that only the database has.

  async #findLeftovers(): Promise<boolean> {
    return await this.#findNodes() && await this.#findEdges() && await this.#findSets();
  }

  async #findNodes(): Promise<boolean> {
    const { store, graph, journal, goOn } = this.#options;
    const decoder = new NodeDecoder(graph);
    const unknown = async function* () {
      for await (const keys of store.scan(NODE_PREFIX)) {
        yield keys.filter((key) => graph.find(uidOfNodeKey(key)) === undefined);
      }
    };
    for await (const [keys, values] of readValues({ scan: unknown, get: (keys) => store.get(keys) }, "")) {
      keys.forEach((key, i) => {
        const uid = uidOfNodeKey(key);
        const kind = decoder.decode(values[i] ?? "")?.record.kind;
        const number = kind && graph.findKind(kind);
        if (number === undefined || graph.isSynced(number)) journal.nodeDiffers(uid);
        else {
          this.#kept.add(uid);
          this.#keptKeys.add(key);
        }
      });
      if (!await goOn()) return false;
    }
    return true;
  }

  async #findEdges(): Promise<boolean> {
    const { store, journal: { uids }, goOn } = this.#options;
    const known = await this.#knownEdges();
    const words = new Uint32Array(EDGE_WORDS);
    const isKnown = ([from, to]: readonly [string, string]) => {
      uids.of(from, words, 0);
      uids.of(to, words, NODE_WORDS);
      return known.has(words, 0);
    };
    const isKept = ([from, to]: readonly [string, string]) => this.#kept.has(from) || this.#kept.has(to);
    for await (const keys of store.scan(EDGE_PREFIX)) {
      for (const key of keys) {
        const pairs = [...uidsOfEdgeKey(key)];
        if (pairs.some(isKnown)) continue;
        if (pairs.some(isKept)) this.#keptKeys.add(key);
        else this.#edgeDiffers(key);
      }
      if (!await goOn()) return false;
    }
    return true;
  }

  async #knownEdges(): Promise<PartedWordSet> {
    const { graph, journal: { uids } } = this.#options;
    const known = new PartedWordSet(EDGE_WORDS);
    const words = new Uint32Array(EDGE_WORDS);
    for await (const row of rowsOf(graph)) {
      uids.ofRow(row, words, 0);
      graph.forEachTarget(row, (_type, to) => {
        uids.ofRow(to, words, NODE_WORDS);
        known.add(words, 0);
      });
    }
    return known;
  }

  async #findSets(): Promise<boolean> {
    const { store } = this.#options;
    for await (const keys of store.scan(INDEX_PREFIX)) {
      const unknown = keys.filter((key) => !this.#expected.has(key));
      if (unknown.length > 0 && await this.#compareSets(unknown) === undefined) return false;
    }
    return true;
  }
}

/** Yields all resources, and lets the event loop turn now and then. */
async function* rowsOf(graph: GraphReader): AsyncIterable<number> {
  let count = 0;
  for (const row of everyRow(graph)) {
    if (++count % KEYS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    if (graph.isThere(row)) yield row;
  }
}

/** Yields each resource that is still present when its turn comes. Collects the rows of one kind at a time. */
function* everyRow(graph: GraphReader): Iterable<number> {
  for (const kind of graph.kinds.keys()) {
    for (const row of graph.select({ kinds: [kind], inactive: true })) if (graph.isThere(row)) yield row;
  }
}

function targetsOf(graph: GraphReader, row: number): Set<number> {
  const targets = new Set<number>();
  graph.forEachTarget(row, (_type, to) => targets.add(to));
  return targets;
}

/** Reports whether two values of a node say the same, apart from the resourceVersion. */
function isSameNode(own: string, stored: string | null | undefined): boolean {
  if (own === stored) return true;
  if (typeof stored !== "string") return false;
  const end = own.lastIndexOf(VERSION_FIELD);
  const storedEnd = stored.lastIndexOf(VERSION_FIELD);
  return end === storedEnd && own.slice(0, end) === stored.slice(0, storedEnd);
}
