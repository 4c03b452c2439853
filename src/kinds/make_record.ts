/**
 * Makes the record of a Kubernetes object, by the rule of its kind. It refuses an object without an identity.
 * Any other malformed field only affects the status and the results of the rule. The record keeps no part of
 * the object.
 */
import type { Detail, OwnerReference } from "../model/detail.ts";
import type { ResourceRecord } from "../model/record.ts";
import { allowedAnnotations } from "./allowed_annotations.ts";
import { type Fields, isObject, list, MalformedField, pairs, text } from "./fields.ts";
import { pending, shorten } from "./health.ts";
import { ownRelease } from "./own_release.ts";
import { References } from "./references.ts";
import { type FindKind, findKind } from "./registry.ts";
import type { KindRule } from "./rule.ts";

const MESSAGE_LENGTH = 250;
const TERMINATING = pending("Terminating");

type Draft = { -readonly [field in keyof ResourceRecord]: ResourceRecord[field] };

/**
 * @param object unchecked parsed JSON.
 * @param find finds the kinds that may be referred to.
 * @throws {TypeError} if the object has no identity: no metadata, uid or name, or no namespace although its
 * kind is namespaced.
 */
export function makeRecord(rule: KindRule, object: unknown, find: FindKind = findKind): ResourceRecord {
  if (!isObject(object)) throw new TypeError(`${rule.kind} is not an object`);
  const { metadata } = object;
  if (!isObject(metadata)) throw new TypeError(`${rule.kind} has no metadata`);
  const record = blankRecord(rule, metadata);
  try {
    const owners = list(metadata.ownerReferences);
    const references = new References(record.namespace, find);
    readMetadata(record, metadata);
    for (const owner of owners) references.owner(owner);
    record.references = references.merged();
    if (owners.length > 0) record.detail = { ownerReferences: owners.map(ownerReference) };

    const health = text(metadata.deletionTimestamp) ? TERMINATING : rule.health(object);
    const detail = rule.detail ? { ...record.detail, ...withoutAbsent(rule.detail(object)) } : record.detail;
    const idle = rule.idle?.(object) ?? false;
    const finished = rule.finished?.(object) ?? false;
    const onHold = rule.onHold?.(object) ?? false;
    rule.references?.(object, references);

    record.references = references.merged();
    record.selectors = references.selectors;
    record.status = health.status;
    record.message = shorten(health.message, MESSAGE_LENGTH);
    record.detail = detail;
    record.idle = idle;
    record.finished = finished;
    record.onHold = onHold;
  } catch (error) {
    if (!(error instanceof MalformedField)) throw error;
    record.message = error.message;
  }
  return record;
}

/** Returns a record with only the identity of an object. */
function blankRecord(rule: KindRule, metadata: Fields): Draft {
  const { uid, name } = metadata;
  const namespace = rule.namespaced ? metadata.namespace : "";
  const fail = (what: string) => {
    const known = [namespace, name].filter((part) => typeof part === "string" && part !== "").join("/");
    return new TypeError(`${rule.kind}${known && ` ${known}`} has no ${what}`);
  };
  if (typeof uid !== "string" || uid === "") throw fail("uid");
  if (typeof name !== "string" || name === "") throw fail("name");
  if (typeof namespace !== "string" || (rule.namespaced && namespace === "")) throw fail("namespace");
  return {
    kind: rule,
    uid,
    namespace,
    name,
    resourceVersion: "",
    createdAt: 0,
    labels: [],
    annotations: [],
    status: "Unknown",
    message: "",
    detail: {},
    references: [],
    selectors: [],
    idle: false,
    finished: false,
    onHold: false,
  };
}

function readMetadata(record: Draft, metadata: Fields): void {
  record.resourceVersion = text(metadata.resourceVersion) ?? "";
  record.createdAt = seconds(metadata.creationTimestamp);
  record.labels = pairs(metadata.labels);
  record.annotations = allowedAnnotations(metadata.annotations, record.kind.annotations);
  const release = ownRelease(record, list(metadata.ownerReferences).length > 0);
  if (release) record.release = release;
}

function ownerReference({ kind, name, uid }: Fields): OwnerReference {
  return { kind: text(kind) ?? "", name: text(name) ?? "", uid: text(uid) ?? "" };
}

function withoutAbsent(draft: ReturnType<NonNullable<KindRule["detail"]>>): Detail {
  const detail: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(draft)) {
    if (value !== undefined) detail[field] = value;
  }
  return detail;
}

/** Reads a time, which JSON has as text and protobuf as seconds since 1970. */
function seconds(time: unknown): number {
  const seconds = typeof time === "number" ? time : Math.floor(Date.parse(text(time) ?? "") / 1000);
  // A column of the graph has 32 bits, which is enough until 2106.
  return seconds > 0 && seconds <= 0xffffffff ? seconds : 0;
}
