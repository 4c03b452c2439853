/**
 * One version of an object, as bytes. It never changes, because lists, watches and the history share it.
 *
 * `body` is the JSON of the object without its opening brace, kind and apiVersion. It begins with the
 * metadata. An item of a list is `{` + body, a complete object is `{"kind":…,"apiVersion":…,` + body, and
 * PartialObjectMetadata is the beginning of the body. Answers therefore need neither parsing nor
 * stringifying.
 */
import type { Pairs } from "../model/pairs.ts";
import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";
import type { KubeObject } from "./kube_object.ts";

export interface StoredObject {
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly labels: Pairs;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Number of bytes at the beginning of the body that are metadata. */
  readonly metadataLength: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let scratch = new Uint8Array(64 * 1024);

export function store(object: KubeObject, revision: number): StoredObject {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const { namespace = "", name, labels = {} } = metadata;
  const head = `"metadata":${JSON.stringify({ ...metadata, resourceVersion: String(revision) })}`;
  const restJson = JSON.stringify(rest);
  const tail = restJson === "{}" ? "}" : `,${restJson.slice(1)}`;

  const most = 3 * (head.length + tail.length);
  if (scratch.length < most) scratch = new Uint8Array(most);
  const metadataLength = encoder.encodeInto(head, scratch).written;
  const length = metadataLength + encoder.encodeInto(tail, scratch.subarray(metadataLength)).written;
  return {
    namespace,
    name,
    revision,
    labels: Object.entries(labels),
    body: scratch.slice(0, length),
    metadataLength,
  };
}

export function load(kind: ResourceKind, { body }: StoredObject): KubeObject {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...JSON.parse(`{${decoder.decode(body)}`) };
}

/** Compares two keys in the order of lists: by namespace, then by name. */
export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
