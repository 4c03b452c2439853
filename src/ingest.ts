/**
 * The only writer of the graph. The rule of its kind turns each object that a reflector reads into a record,
 * and the record goes into the graph. A malformed object is logged and skipped; no object makes it throw.
 */
import type { Graph } from "./graph/graph.ts";
import { isAllowed } from "./kinds/allowed_annotations.ts";
import { makeRecord } from "./kinds/make_record.ts";
import type { MissedKinds } from "./kinds/missed_kinds.ts";
import { type FindKind, KindRegistry } from "./kinds/registry.ts";
import type { Logger } from "./log.ts";
import type { ResourceRecord } from "./model/record.ts";
import type { ResourceKind } from "./model/resource_kind.ts";
import type { ResourceSink, Scope, Stock } from "./model/resource_sink.ts";

/** Receives durations in seconds. */
export interface IngestTimes {
  readonly applied: (seconds: number) => void;
  readonly listed: (seconds: number) => void;
}

export interface IngestOptions {
  /** Default: the built-in kinds. */
  readonly kinds?: KindRegistry | undefined;
  /** Hears of kinds that are referred to and not tracked. */
  readonly missed?: MissedKinds | undefined;
  readonly log: Logger;
  readonly times: IngestTimes;
}

export class Ingest implements ResourceSink {
  readonly #graph: Graph;
  readonly #kinds: KindRegistry;
  readonly #missed: MissedKinds | undefined;
  /** Finds kinds for the references of a kind. */
  readonly #finders = new WeakMap<ResourceKind, FindKind>();
  readonly #times: IngestTimes;
  /** When the list of a scope began. */
  readonly #lists = new Map<Scope, number>();
  readonly #log: Logger;

  constructor(graph: Graph, { kinds = new KindRegistry(), missed, log, times }: IngestOptions) {
    this.#graph = graph;
    this.#kinds = kinds;
    this.#missed = missed;
    this.#times = times;
    this.#log = log;
  }

  /** Adds a saved resource. The first complete list of its kind confirms or removes it. */
  restore(record: ResourceRecord): void {
    this.#graph.restore(withAllowedAnnotations(record));
  }

  /** Removes a resource that `restore` added and that turned out to belong to another cluster. */
  forget(uid: string): void {
    this.#graph.forget(uid);
  }

  begin(scope: Scope): void {
    this.#lists.set(scope, performance.now());
    this.#graph.beginReplace(scope);
  }

  upsert({ kind }: Scope, object: unknown): void {
    const start = performance.now();
    const record = this.#read(kind, object);
    if (record === undefined) return;
    const changed = this.#graph.upsert(record);
    this.#times.applied((performance.now() - start) / 1000);
    this.#log.verbose(4, changed ? "Applied" : "Unchanged", { kind: kind.kind, uid: record.uid });
  }

  remove({ kind }: Scope, object: unknown): void {
    const start = performance.now();
    const uid = this.#read(kind, object)?.uid;
    if (uid === undefined) return;
    this.#graph.remove(uid, kind);
    this.#times.applied((performance.now() - start) / 1000);
    this.#log.verbose(4, "Removed", { kind: kind.kind, uid });
  }

  end(scope: Scope): void {
    const gone = this.#graph.endReplace(scope);
    const began = this.#lists.get(scope);
    if (began !== undefined) this.#times.listed((performance.now() - began) / 1000);
    if (gone > 0) {
      this.#log.verbose(2, "Removed resources that are no longer listed", {
        kind: scope.kind.kind,
        count: gone,
      });
    }
  }

  /** Does nothing: the objects of the list stay, and the next list begins anew. */
  abandon(_scope: Scope): void {}

  size(scope: Scope): number {
    return this.#graph.size(scope);
  }

  stock(scope: Scope): Stock {
    return this.#graph.stock(scope);
  }

  #finder(referring: ResourceKind): FindKind {
    const known = this.#finders.get(referring);
    if (known) return known;
    const find: FindKind = (group, kind) => {
      const rule = this.#kinds.find(group, kind);
      if (rule === undefined) this.#missed?.add(referring, { group, kind });
      return rule;
    };
    this.#finders.set(referring, find);
    return find;
  }

  #read(kind: ResourceKind, object: unknown): ResourceRecord | undefined {
    const rule = this.#kinds.find(kind.group, kind.kind);
    // A kind that is no longer tracked may still have some last events.
    if (rule === undefined) return undefined;
    try {
      return makeRecord(rule, object, this.#finder(rule));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#log.warn("Skipped a malformed object", { kind: kind.kind, reason: error.message });
      return undefined;
    }
  }
}

/** Drops annotations that must not be kept. Another program may have saved them. */
function withAllowedAnnotations(record: ResourceRecord): ResourceRecord {
  const { annotations, kind } = record;
  const allowed = annotations.filter(([key]) => isAllowed(key, kind.annotations));
  return allowed.length === annotations.length ? record : { ...record, annotations: allowed };
}
