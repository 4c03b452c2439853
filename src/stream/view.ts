/**
 * A view: the resources that one filter lets through, kept for all clients that ask for the same. A tick
 * selects again, compares with the members before, and notes the difference in the ring. Filters whose answer
 * depends on relations, such as those of releases and namespaces, need nothing special.
 *
 * Members and ring are those of `revision`. A reader must find the graph at that revision: see `isFresh`.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Filter } from "../graph/queries/select.ts";
import type { RowSet } from "../arrays/row_set.ts";
import { CHANGED, ENTERED, REMOVED, Ring } from "./ring.ts";
import type { TouchedRows } from "./touched_rows.ts";

const NO_ENTRIES = new Uint32Array();

export class View {
  readonly graph: GraphReader;
  readonly ring = new Ring();
  readonly #filter: Filter;
  #members: RowSet;
  #end = 0;
  #revision: number;

  constructor(graph: GraphReader, filter: Filter) {
    this.graph = graph;
    this.#filter = filter;
    this.#members = graph.select(filter);
    for (const row of this.#members) this.#end = Math.max(this.#end, row + 1);
    this.#revision = graph.revision;
    this.ring.add({ revision: this.#revision, until: this.#revision, entries: NO_ENTRIES, removed: [] });
  }

  get revision(): number {
    return this.#revision;
  }

  /** Whether the view is at the revision of the graph. */
  get isFresh(): boolean {
    return this.#revision === this.graph.revision;
  }

  /** The number of resources that match the filter. */
  get size(): number {
    return this.#members.size;
  }

  /** One past the highest row of a member. */
  get end(): number {
    return this.#end;
  }

  has(row: number): boolean {
    return this.#members.has(row);
  }

  /** Brings the view to the graph's revision. `touched` is all that was touched since its own, in order. */
  tick(touched: readonly TouchedRows[]): void {
    const { graph, ring } = this;
    const revision = graph.revision;
    if (revision === this.#revision) return;
    this.#revision = revision;
    if (touched.every(({ isEmpty }) => isEmpty)) {
      const newest = ring.get(ring.last);
      if (newest) newest.until = revision;
      return;
    }
    const before = this.#members;
    const now = graph.select(this.#filter);
    this.#members = now;
    this.#end = 0;
    const entries: number[] = [];
    const removed: string[] = [];
    const remove = (uid: string) => {
      entries.push(removed.length, REMOVED, 0);
      removed.push(uid);
    };

    // Rows whose member has left them, for good or for another resource.
    const vacated = new Set<number>();
    const seen = new Set<number>();
    for (const { left } of touched) {
      for (const [row, uid] of left) {
        if (!before.has(row) || seen.has(row)) continue;
        seen.add(row);
        if (graph.isThere(row) && graph.uid(row) === uid) continue;
        vacated.add(row);
        remove(uid);
      }
    }
    for (const row of before) {
      if (!now.has(row) && !vacated.has(row)) remove(graph.uid(row));
    }
    const isNew = (row: number) => !before.has(row) || vacated.has(row);
    for (const row of now) {
      this.#end = Math.max(this.#end, row + 1);
      if (isNew(row)) entries.push(row, ENTERED, 0);
    }
    // What an entering row brings along includes its relations.
    const stays = (row: number) => now.has(row) && !isNew(row);
    for (const row of unionOf(touched)) {
      if (stays(row)) entries.push(row, CHANGED, 0);
    }
    for (const { pairs } of touched) {
      for (const { from, to, types } of pairs) {
        if (stays(from) && stays(to)) { for (const type of types) entries.push(from, to, type); }
      }
    }
    ring.add({ revision, until: revision, entries: Uint32Array.from(entries), removed });
  }
}

function unionOf(touched: readonly TouchedRows[]): ReadonlySet<number> {
  const [only] = touched;
  if (only && touched.length === 1) return only.rows;
  return new Set(touched.flatMap(({ rows }) => [...rows]));
}
