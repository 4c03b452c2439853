/**
 * Collects the changes of the graph between two ticks of the views: rows, and pairs of rows with a relation
 * that was added or removed.
 *
 * A node's JSON contains more than its own record: the names of its targets, and the release that it has from
 * an owner. So a relation touches its source, and a row whose release differs from the known one touches all
 * resources that it owns. `settle` finds these rows. It must be called once, before the next write.
 */
import type { GraphListener } from "../graph/listener.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import { relationNumber } from "../model/relation.ts";

const OWNS = relationNumber("owns");
/** A row number fits into half of the bits of a safe integer. */
const PAIR_FACTOR = 2 ** 26;

export interface TouchedPair {
  readonly from: number;
  readonly to: number;
  /** The types of added and removed relations, as numbers in `RELATION_TYPES`. */
  readonly types: number[];
}

export class TouchedRows implements GraphListener {
  readonly #graph: GraphReader;
  /** Rows whose JSON may differ. */
  readonly rows = new Set<number>();
  /** The uid of the first resource that left each row. The same resource may have returned to the row. */
  readonly left = new Map<number, string>();
  readonly #pairs = new Map<number, TouchedPair>();

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  get pairs(): Iterable<TouchedPair> {
    return this.#pairs.values();
  }

  get isEmpty(): boolean {
    return this.rows.size === 0 && this.left.size === 0 && this.#pairs.size === 0;
  }

  resourceChanged(row: number): void {
    this.rows.add(row);
  }

  resourceLeaving(row: number): void {
    this.rows.add(row);
    if (!this.left.has(row)) this.left.set(row, this.#graph.uid(row));
  }

  relationChanged(from: number, to: number, type: number): void {
    this.rows.add(from);
    const key = from * PAIR_FACTOR + to;
    let pair = this.#pairs.get(key);
    if (pair === undefined) this.#pairs.set(key, pair = { from, to, types: [] });
    if (!pair.types.includes(type)) pair.types.push(type);
  }

  /** Adds the rows that a touched row affects, from the known releases. */
  settle(releases: KnownReleases): void {
    const graph = this.#graph;
    const rest = [...this.rows];
    for (const { to, types } of this.pairs) if (types.includes(OWNS)) rest.push(to);
    for (let row = rest.pop(); row !== undefined; row = rest.pop()) {
      if (!graph.isThere(row) || !releases.update(row)) continue;
      this.rows.add(row);
      graph.forEachTarget(row, (type, to) => {
        if (type === OWNS) rest.push(to);
      });
    }
  }
}

/** The release of each row at the last `update`, as a hash, because the number of a release may be reused. */
export class KnownReleases {
  readonly #graph: GraphReader;
  #hashes = new Uint32Array(1024);

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  /** Reports whether the row's release differs from the known one, or none was known. */
  update(row: number): boolean {
    const graph = this.#graph;
    const release = graph.release(row);
    const hash = release === undefined ? 1 : hashOf(
      `${graph.text.text(graph.releaseNamespace(release))}/${graph.text.text(graph.releaseName(release))}`,
    );
    if (row >= this.#hashes.length) {
      const grown = new Uint32Array(Math.max(row + 1, this.#hashes.length * 2));
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    if (this.#hashes[row] === hash) return false;
    this.#hashes[row] = hash;
    return true;
  }
}

/** FNV-1a, never 0 or 1, which mean "not known" and "no release". */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash | 2) >>> 0;
}
