import type { ResourceKind } from "../model/resource_kind.ts";
import type { Scope } from "../model/resource_sink.ts";

/** What the requests of a scope have in common. */
export interface Selection {
  readonly scope: Scope;
  /** Applies to kinds that it may limit, and to no other. */
  readonly labelSelector?: string;
}

/** Path of the collection, such as `/apis/apps/v1/namespaces/web/deployments`. */
export function pathOf({ kind, namespace }: Scope): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const within = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${kind.plural}`;
}

/** Metadata alone has no fallback to full objects: an API server that cannot give it must refuse. */
export function acceptOf(kind: ResourceKind, form: "list" | "watch"): string {
  if (!kind.metadataOnly) return "application/json";
  const type = form === "list" ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  return `application/json;as=${type};g=meta.k8s.io;v=v1`;
}

export function searchOf(
  { scope, labelSelector }: Selection,
  search: Record<string, string>,
): URLSearchParams {
  const params = new URLSearchParams(search);
  if (labelSelector && scope.kind.labelLimited) params.set("labelSelector", labelSelector);
  return params;
}

/**
 * What may be handed on of an object. Of metadata-only kinds that is the metadata, whatever a server
 * that disregards the Accept header sends beside it.
 */
export function admissible(kind: ResourceKind, object: object): object {
  return kind.metadataOnly ? { metadata: (object as { metadata?: unknown }).metadata } : object;
}
