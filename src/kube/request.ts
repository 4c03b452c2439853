/**
 * The parts that all requests for the objects of a scope share: path, form, selector, and a limit on silence.
 */
import type { Clock } from "../model/clock.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { Scope } from "../model/resource_sink.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** The objects that a request asks for. */
export interface ScopeRequest {
  readonly scope: Scope;
  /** Applies only to kinds that a label selector may limit. */
  readonly labelSelector?: string | undefined;
}

/** Returns the path of the collection, such as `/apis/apps/v1/namespaces/web/deployments`. */
export function pathOf({ kind, namespace }: Scope): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const within = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${kind.plural}`;
}

/** Returns the fields of log lines that name the scope. */
export function logFieldsOf({ kind, namespace }: Scope): Record<string, string> {
  return { kind: kind.kind, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * Returns the Accept header. For a watch of a kind with `wire`, it prefers protobuf. If only metadata is wanted,
 * it accepts nothing else, so an API server that cannot leave out the rest must refuse.
 */
export function acceptOf(kind: ResourceKind, form: "list" | "watch" | "json"): string {
  const as = form === "list" ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  const part = kind.metadataOnly ? `;as=${as};g=meta.k8s.io;v=v1` : "";
  const json = `application/json${part}`;
  return form === "watch" && kind.wire !== undefined ? `${PROTOBUF}${part},${json}` : json;
}

/** Adds the label selector to the search parameters if it applies to the kind. */
export function searchOf(
  { scope, labelSelector }: ScopeRequest,
  search: Record<string, string>,
): URLSearchParams {
  const params = new URLSearchParams(search);
  if (labelSelector && scope.kind.labelLimited) params.set("labelSelector", labelSelector);
  return params;
}

/**
 * Returns the part of an object that may be passed on. For metadata-only kinds, this is the metadata, even if a
 * server ignores the Accept header and sends more.
 */
export function admissible(kind: ResourceKind, object: object): object {
  return kind.metadataOnly ? { metadata: (object as { metadata?: unknown }).metadata } : object;
}

/**
 * Aborts a request when no byte has arrived for `limit` milliseconds, or when its parent aborts. `limit` is
 * evaluated again each time that it seems to have passed.
 */
export class Watchdog {
  readonly signal: AbortSignal;

  #silence = new AbortController();
  #lastHeard: number;
  #cancel: () => void;

  constructor(limit: () => number, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.signal = AbortSignal.any([signal, this.#silence.signal]);
    this.#lastHeard = clock.now();
    this.heard = () => {
      this.#lastHeard = clock.now();
    };
    const check = () => {
      const left = this.#lastHeard + limit() - clock.now();
      if (left > 0) this.#cancel = clock.after(left, check);
      else this.#silence.abort();
    };
    this.#cancel = clock.after(limit(), check);
  }

  /** Records that bytes have arrived. */
  readonly heard: () => void;

  /** Whether the limit caused the abort, and not the parent. */
  get bit(): boolean {
    return this.#silence.signal.aborted;
  }

  stop(): void {
    this.#cancel();
  }
}
