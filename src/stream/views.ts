/**
 * Keeps all views. While there is a view, or a client that follows the ticks, it checks the graph's revision
 * every 250 ms. Otherwise it does nothing and does not listen to the graph. A view is kept for a minute after
 * its last client, so that a disconnected client can resume. The size of all rings together is limited: if
 * they exceed it, the largest ring is dropped.
 */
import type { GraphListener } from "../graph/listener.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Filter } from "../graph/queries/select.ts";
import type { Clock } from "../model/clock.ts";
import { KnownReleases, TouchedRows } from "./touched_rows.ts";
import { View } from "./view.ts";

const TICK_MS = 250;
/** The interval while a client has more to read than fits in one chunk. */
const BACKLOG_TICK_MS = 25;
const VIEW_TTL_MS = 60_000;
const RINGS_BYTES_MAX = 16 << 20;

export interface ViewsOptions {
  readonly graph: GraphReader;
  readonly listen: (listener: GraphListener) => () => void;
  readonly clock: Clock;
  /** The maximum number of bytes of all rings together. */
  readonly ringBytesMax?: number | undefined;
}

interface Entry {
  readonly view: View;
  clients: number;
  /** The time when the last client left, in milliseconds since 1970. */
  idleSince: number;
  /** The rows touched since the last tick of the view. */
  pending: TouchedRows[];
}

export class Views {
  readonly #options: ViewsOptions;
  readonly #views = new Map<string, Entry>();
  readonly #subscribers = new Set<() => void>();
  #touched: TouchedRows;
  #releases: KnownReleases;
  /** The releases that resources name, while there may be views of readers that do not see everything. */
  #named: KnownReleases | undefined;
  #unlisten: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #hasBacklog = false;

  constructor(options: ViewsOptions) {
    this.#options = options;
    this.#touched = new TouchedRows(options.graph);
    this.#releases = new KnownReleases(options.graph);
  }

  get size(): number {
    return this.#views.size;
  }

  /**
   * Returns the view of a filter, for a reader of the same graph. Equal filters of equal readers must have equal
   * keys, and no others. The caller must `leave` the view once.
   */
  join(key: string, filter: Filter, graph = this.#options.graph): View {
    if (!graph.seesAll) this.#followCauses();
    let entry = this.#views.get(key);
    if (entry === undefined) {
      this.#listen();
      const view = new View(graph, filter);
      entry = { view, clients: 0, idleSince: 0, pending: [] };
      // The view is current, so it does not need the rows touched before.
      this.#sweep();
      this.#views.set(key, entry);
    } else {
      this.#sweep();
      this.#tickView(entry);
    }
    entry.clients++;
    this.#schedule();
    return entry.view;
  }

  leave(key: string): void {
    const entry = this.#views.get(key);
    if (entry === undefined) return;
    entry.clients--;
    entry.idleSince = this.#options.clock.now();
  }

  /** Calls a function after every tick, with or without changes, until the returned function is called. */
  subscribe(onTick: () => void): () => void {
    this.#subscribers.add(onTick);
    this.#schedule();
    return () => this.#subscribers.delete(onTick);
  }

  /** Makes the next tick earlier. Must be called when a client has more to read. */
  expectBacklog(): void {
    if (this.#hasBacklog) return;
    this.#hasBacklog = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#schedule();
  }

  /** From now on, records what changed by itself and what because of others. */
  #followCauses(): void {
    if (this.#named !== undefined) return;
    this.#sweep();
    const { graph } = this.#options;
    this.#named = new KnownReleases(graph, (row) => graph.namedRelease(row));
    this.#touched = new TouchedRows(graph, this.#named);
  }

  #listen(): void {
    if (this.#unlisten) return;
    this.#touched = new TouchedRows(this.#options.graph, this.#named);
    this.#releases = new KnownReleases(this.#options.graph);
    this.#unlisten = this.#options.listen({
      resourceChanged: (row) => this.#touched.resourceChanged(row),
      resourceLeaving: (row) => this.#touched.resourceLeaving(row),
      relationChanged: (from, to, type) => this.#touched.relationChanged(from, to, type),
    });
  }

  #schedule(): void {
    if (this.#cancelTimer || this.#subscribers.size === 0 && this.#views.size === 0) return;
    const delay = this.#hasBacklog ? BACKLOG_TICK_MS : TICK_MS;
    this.#cancelTimer = this.#options.clock.after(delay, () => {
      this.#cancelTimer = undefined;
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    this.#hasBacklog = false;
    this.#expire();
    this.#sweep();
    for (const entry of this.#views.values()) this.#tickView(entry);
    this.#bound();
    for (const onTick of [...this.#subscribers]) onTick();
  }

  /** Passes the touched rows to the views. */
  #sweep(): void {
    if (this.#touched.isEmpty) return;
    const touched = this.#touched;
    touched.settle(this.#releases);
    for (const entry of this.#views.values()) entry.pending.push(touched);
    this.#touched = new TouchedRows(this.#options.graph, this.#named);
  }

  #tickView(entry: Entry): void {
    entry.view.tick(entry.pending);
    entry.pending = [];
  }

  #expire(): void {
    const before = this.#options.clock.now() - VIEW_TTL_MS;
    for (const [key, { clients, idleSince }] of this.#views) {
      if (clients === 0 && idleSince <= before) this.#views.delete(key);
    }
    if (this.#views.size > 0) return;
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#named = undefined;
  }

  #bound(): void {
    const max = this.#options.ringBytesMax ?? RINGS_BYTES_MAX;
    const rings = [...this.#views.values()].map(({ view }) => view.ring);
    let bytes = rings.reduce((sum, ring) => sum + ring.bytes, 0);
    while (bytes > max) {
      const largest = rings.reduce((a, b) => a.bytes >= b.bytes ? a : b);
      const before = largest.bytes;
      largest.shrink();
      if (largest.bytes === before) return;
      bytes -= before - largest.bytes;
    }
  }

  /** Stops the timer and drops all views. */
  close(): void {
    this.#cancelTimer?.();
    this.#subscribers.clear();
    this.#views.clear();
    this.#unlisten?.();
  }
}
