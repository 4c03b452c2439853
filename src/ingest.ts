/**
 * The sole writer: what reflectors read becomes records by the rule of its kind, and records go into
 * the graph. An object that makes no record is logged and skipped; no object throws.
 */
import type { Graph } from "./graph/graph.ts";
import { isAllowed } from "./kinds/allowed_annotations.ts";
import { makeRecord } from "./kinds/make_record.ts";
import { findKind } from "./kinds/registry.ts";
import type { Logger } from "./log.ts";
import type { ResourceRecord } from "./model/record.ts";
import type { ResourceKind } from "./model/resource_kind.ts";
import type { ResourceSink, Scope, Stock } from "./model/resource_sink.ts";

/** Who is told how long things take, in seconds. */
export interface IngestTimes {
  readonly applied: (seconds: number) => void;
  readonly listed: (seconds: number) => void;
}

export class Ingest implements ResourceSink {
  readonly #graph: Graph;
  readonly #times: IngestTimes;
  /** Since when a scope is being listed. */
  readonly #lists = new Map<Scope, number>();
  readonly #log: Logger;

  constructor(graph: Graph, { log, times }: { log: Logger; times: IngestTimes }) {
    this.#graph = graph;
    this.#times = times;
    this.#log = log;
  }

  /** Puts in what was saved in an earlier life: good until the first complete list of its kind. */
  restore(record: ResourceRecord): void {
    this.#graph.restore(withAllowedAnnotations(record));
  }

  /** Takes out again what was put in with `restore`, and turns out to be of another cluster. */
  forget(uid: string): void {
    this.#graph.forget(uid);
  }

  begin(scope: Scope): void {
    this.#lists.set(scope, performance.now());
    this.#graph.beginReplace(scope);
  }

  upsert({ kind }: Scope, object: unknown): void {
    const start = performance.now();
    try {
      const record = makeRecord(findKind(kind.group, kind.kind)!, object);
      const changed = this.#graph.upsert(record);
      this.#times.applied((performance.now() - start) / 1000);
      this.#log.verbose(4, changed ? "Applied" : "Unchanged", { kind: kind.kind, uid: record.uid });
    } catch (error) {
      this.#skip(kind, error);
    }
  }

  remove({ kind }: Scope, object: unknown): void {
    const start = performance.now();
    try {
      const { uid } = makeRecord(findKind(kind.group, kind.kind)!, object);
      this.#graph.remove(uid);
      this.#times.applied((performance.now() - start) / 1000);
      this.#log.verbose(4, "Removed", { kind: kind.kind, uid });
    } catch (error) {
      this.#skip(kind, error);
    }
  }

  end(scope: Scope): void {
    const gone = this.#graph.endReplace(scope);
    const began = this.#lists.get(scope);
    if (began !== undefined) this.#times.listed((performance.now() - began) / 1000);
    if (gone > 0) {
      this.#log.verbose(2, "Removed what is no longer listed", { kind: scope.kind.kind, count: gone });
    }
  }

  /** Nothing to do: what the list had stays, and the next one begins anew. */
  abandon(_scope: Scope): void {}

  stock(scope: Scope): Stock {
    return this.#graph.stock(scope);
  }

  #skip({ kind }: ResourceKind, error: unknown): void {
    if (!(error instanceof TypeError)) throw error;
    this.#log.warn("Skipped an object that makes no sense", { kind, reason: error.message });
  }
}

/** Databases that others have written hold annotations that nobody should. */
function withAllowedAnnotations(record: ResourceRecord): ResourceRecord {
  const { annotations } = record;
  if (annotations.every(([key]) => isAllowed(key))) return record;
  return { ...record, annotations: annotations.filter(([key]) => isAllowed(key)) };
}
