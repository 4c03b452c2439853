/**
 * Collects the changes of the graph between two ticks of the views: rows, and pairs of rows with a relation
 * that was added or removed.
 *
 * A node's JSON contains more than its own record: the names of its targets, the release that it has from an
 * owner, and a message that may follow from the status of a target. So a relation touches its source, and a row whose release differs from the known one touches all
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
  /** The scopes of the two, when the relation was last added or removed. */
  readonly scopes: readonly [from: number | undefined, to: number | undefined];
}

export class TouchedRows implements GraphListener {
  readonly #graph: GraphReader;
  /** Rows whose JSON may differ. */
  readonly rows = new Set<number>();
  /** The uid of the first resource that left each row. The same resource may have returned to the row. */
  readonly left = new Map<number, string>();
  readonly #pairs = new Map<number, TouchedPair>();
  readonly #named: KnownReleases | undefined;
  /** Rows that changed by themselves, and those of them that name another release than before. */
  readonly #own = new Set<number>();
  readonly #renamed = new Set<number>();
  /** Rows whose message another row changed, and that row. */
  readonly #retold = new Map<number, number>();

  /** With `named`, it can tell what touched a row; see `touchedFor`. */
  constructor(graph: GraphReader, named?: KnownReleases) {
    this.#graph = graph;
    this.#named = named;
  }

  get pairs(): Iterable<TouchedPair> {
    return this.#pairs.values();
  }

  get isEmpty(): boolean {
    return this.rows.size === 0 && this.left.size === 0 && this.#pairs.size === 0;
  }

  resourceChanged(row: number): void {
    this.rows.add(row);
    if (this.#named) this.#own.add(row);
    this.#graph.forEachRetoldBy(row, (source) => {
      this.rows.add(source);
      this.#retold.set(source, row);
    });
  }

  resourceLeaving(row: number): void {
    this.rows.add(row);
    if (this.#named) this.#own.add(row);
    if (!this.left.has(row)) this.left.set(row, this.#graph.uid(row));
  }

  relationChanged(from: number, to: number, type: number): void {
    this.rows.add(from);
    const key = from * PAIR_FACTOR + to;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      this.#pairs.set(key, pair = { from, to, types: [], scopes: this.#scopesOf(from, to) });
    }
    if (!pair.types.includes(type)) pair.types.push(type);
  }

  /**
   * Returns the rows that may differ for a reader that does not see everything, so that a change of what is
   * hidden from it touches nothing: rows that changed by themselves, the sources of relations whose ends are
   * both visible, and what is owned through visible owners by a row that names another release.
   */
  touchedFor(graph: GraphReader): ReadonlySet<number> {
    const touched = new Set(this.#own);
    for (const [row, target] of this.#retold) if (graph.isSeen(target)) touched.add(row);
    const heirs = [...this.#renamed].filter((row) => graph.isSeen(row));
    for (const { from, to, types, scopes } of this.pairs) {
      if (!scopes.every((scope) => scope === undefined || graph.seesScope(scope))) continue;
      touched.add(from);
      if (types.includes(OWNS)) heirs.push(to);
    }
    const known = new Set(heirs);
    for (const row of known) {
      touched.add(row);
      if (!graph.isSeen(row)) continue;
      graph.forEachTarget(row, (type, to) => {
        if (type === OWNS) known.add(to);
      });
    }
    return touched;
  }

  #scopesOf(from: number, to: number): TouchedPair["scopes"] {
    if (!this.#named) return [undefined, undefined];
    return [this.#graph.scopeIfAny(from), this.#graph.scopeIfAny(to)];
  }

  /** Adds the rows that a touched row affects, from the known releases. */
  settle(releases: KnownReleases): void {
    const graph = this.#graph;
    for (const row of this.#own) if (graph.isThere(row) && this.#named?.update(row)) this.#renamed.add(row);
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

/**
 * The release of each row at the last `update`: the one that a function returns, by default also that of an
 * owner. It is kept as a hash, because
 * the number of a release may be reused.
 */
export class KnownReleases {
  readonly #graph: GraphReader;
  readonly #releaseOf: (row: number) => number | undefined;
  #hashes = new Uint32Array(1024);

  constructor(graph: GraphReader, releaseOf = (row: number) => graph.release(row)) {
    this.#graph = graph;
    this.#releaseOf = releaseOf;
  }

  /** Reports whether the row's release differs from the known one, or none was known. */
  update(row: number): boolean {
    const graph = this.#graph;
    const release = this.#releaseOf(row);
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
