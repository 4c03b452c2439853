/**
 * A view: the resources that one filter lets through, kept for all clients that ask for the same. A tick finds
 * the members anew, compares them with those before, and notes the difference in the ring. Where a row alone
 * decides whether it matches, only the touched rows are looked at; filters whose answer depends on relations,
 * such as those of releases and namespaces, select again.
 *
 * Members and ring are those of `revision`. A reader must find the graph at that revision: see `isFresh`.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Filter } from "../graph/queries/select.ts";
import { CHANGED, ENTERED, REMOVED, Ring } from "./ring.ts";
import { RowBits } from "../arrays/row_bits.ts";
import type { TouchedRows } from "./touched_rows.ts";

const NO_ENTRIES = new Uint32Array();

export class View {
  readonly graph: GraphReader;
  readonly ring = new Ring();
  readonly #filter: Filter;
  #members: RowBits;
  #revision: number;

  constructor(graph: GraphReader, filter: Filter) {
    this.graph = graph;
    this.#filter = filter;
    this.#members = RowBits.of(graph.select(filter));
    this.#revision = graph.revision;
    this.ring.add({ revision: this.#revision, until: this.#revision, entries: NO_ENTRIES, removed: [] });
  }

  get revision(): number {
    return this.#revision;
  }

  /** Whether the view is at the graph's revision. */
  get isFresh(): boolean {
    return this.#revision === this.graph.revision;
  }

  /** How many resources the filter lets through. */
  get size(): number {
    return this.#members.size;
  }

  /** A row that is higher than those of all members. */
  get end(): number {
    return this.#members.end;
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
    const now = this.#select(touched);
    this.#members = now;
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
    before.forEachMissingIn(now, (row) => {
      if (!vacated.has(row)) remove(graph.uid(row));
    });
    for (const row of vacated) if (now.has(row)) entries.push(row, ENTERED, 0);
    now.forEachMissingIn(before, (row) => entries.push(row, ENTERED, 0));
    // What an entering row brings along includes its relations.
    const stays = (row: number) => now.has(row) && before.has(row) && !vacated.has(row);
    for (const row of this.#changedIn(touched)) {
      if (stays(row)) entries.push(row, CHANGED, 0);
    }
    for (const { pairs } of touched) {
      for (const { from, to, types } of pairs) {
        if (stays(from) && stays(to)) { for (const type of types) entries.push(from, to, type); }
      }
    }
    ring.add({ revision, until: revision, entries: Uint32Array.from(entries), removed });
  }

  /** Returns the rows whose JSON may differ for the reader. */
  #changedIn(touched: readonly TouchedRows[]): ReadonlySet<number> {
    const sets = touched.map((it) => this.graph.seesAll ? it.rows : it.touchedFor(this.graph));
    const [only] = sets;
    return only && sets.length === 1 ? only : new Set(sets.flatMap((rows) => [...rows]));
  }

  #select(touched: readonly TouchedRows[]): RowBits {
    const test = this.graph.testOf(this.#filter);
    if (test === undefined) return RowBits.of(this.graph.select(this.#filter));
    const members = this.#members.copy();
    const look = (row: number) => members.set(row, test(row));
    for (const { rows, left, pairs } of touched) {
      for (const row of rows) look(row);
      for (const row of left.keys()) look(row);
      // Whether something is referred to is a matter of the row that is.
      for (const { to } of pairs) look(to);
    }
    return members;
  }
}
