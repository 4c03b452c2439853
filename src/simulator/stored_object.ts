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
let slab = new Uint8Array(0);
let slabUsed = 0;
const SLAB_BYTES = 1024 * 1024;

export interface StoreOptions {
  /**
   * Packs the bodies of many objects into one buffer. Filling a store then takes half the time, since the
   * garbage collector counts buffers; the memory comes back when all objects of the buffer are gone.
   */
  readonly packed?: boolean | undefined;
}

export function store(object: KubeObject, revision: number, options: StoreOptions = {}): StoredObject {
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
    body: options.packed ? pack(scratch.subarray(0, length)) : scratch.slice(0, length),
    metadataLength,
  };
}

function pack(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (slabUsed + body.length > slab.length) {
    slab = new Uint8Array(Math.max(SLAB_BYTES, body.length));
    slabUsed = 0;
  }
  slab.set(body, slabUsed);
  return slab.subarray(slabUsed, slabUsed += body.length);
}

export function load(kind: ResourceKind, { body }: StoredObject): KubeObject {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...JSON.parse(`{${decoder.decode(body)}`) };
}

/** Returns the key that lists are sorted by: the namespace, then the name. */
export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
