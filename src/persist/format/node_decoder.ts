/**
 * Reads saved JSON back into records. It ignores unknown fields and treats fields of a wrong type as absent.
 * A value without an identity, or of a kind that is not tracked, makes no record. Databases of the Go server
 * have neither references nor selectors: their records are `bare`.
 */
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { LabelSelector, Operator } from "../../model/label_selector.ts";
import type { Pairs } from "../../model/pairs.ts";
import { type Detail, DETAIL_LAYOUTS, type FieldLayout } from "../../model/detail.ts";
import type { Release, ResourceRecord } from "../../model/record.ts";
import { type Reference, type SelectorReference, viaBits, VIAS } from "../../model/reference.ts";
import { findRelationType } from "../../model/relation.ts";
import { kindName, type ResourceKind } from "../../model/resource_kind.ts";
import { type Status, STATUSES } from "../../model/status.ts";

type Json = Readonly<Record<string, unknown>>;
type Draft<T> = { -readonly [field in keyof T]: T[field] };

export interface DecodedNode {
  readonly record: ResourceRecord;
  /** Whether the value has no field for references. */
  readonly bare: boolean;
}

const OPERATORS = new Set<unknown>(["In", "NotIn", "Exists", "DoesNotExist"] satisfies Operator[]);
const KNOWN_STATUSES = new Set<unknown>(STATUSES);

export class NodeDecoder {
  readonly #kinds: ReadonlyMap<unknown, ResourceKind>;

  /** Reads the kinds that the graph has now. */
  constructor({ kinds, hasKind }: Pick<GraphReader, "kinds" | "hasKind">) {
    const present = kinds.filter((_, number) => hasKind(number));
    this.#kinds = new Map(present.map((kind) => [kindName(kind), kind]));
  }

  /** Returns undefined if the value cannot be read. */
  decode(value: string): DecodedNode | undefined {
    const node = parse(value);
    if (node === undefined) return undefined;
    const { uid, name, references, resourceVersion, statusMessage } = node;
    const kind = this.#kindOf(node);
    const namespace = kind?.namespaced ? node.namespace : "";
    if (kind === undefined || !isText(uid) || !isText(name) || typeof namespace !== "string") {
      return undefined;
    }
    if (kind.namespaced && namespace === "") return undefined;

    const annotations = pairs(node.annotations);
    const record: Draft<ResourceRecord> = {
      kind,
      uid,
      namespace,
      name,
      resourceVersion: text(resourceVersion),
      createdAt: seconds(text(node.creationTimestamp)),
      labels: pairs(node.labels),
      annotations,
      status: KNOWN_STATUSES.has(node.status) ? node.status as Status : "Unknown",
      message: text(statusMessage),
      detail: detailOf(fields(node.metadata)),
      references: this.#references(list(references), namespace),
      selectors: list(node.selectors).flatMap((it) => this.#selector(it)),
      idle: node.idle === true,
      finished: node.finished === true,
      onHold: node.onHold === true,
    };
    const release = releaseOf(node, namespace, annotations);
    if (release !== undefined) record.release = release;
    return { record, bare: !Array.isArray(references) };
  }

  #kindOf({ kind, apiVersion }: Json): ResourceKind | undefined {
    if (typeof kind !== "string") return undefined;
    const slash = typeof apiVersion === "string" ? apiVersion.indexOf("/") : -1;
    const group = slash < 0 ? "" : String(apiVersion).slice(0, slash);
    return this.#kinds.get(group === "" ? kind : `${kind}.${group}`);
  }

  #references(values: readonly unknown[], own: string): Reference[] {
    const references: Reference[] = [];
    for (const value of values) {
      const reference = this.#reference(list(value), own);
      if (reference !== undefined) references.push(reference);
    }
    return references;
  }

  #reference(value: readonly unknown[], own: string): Reference | undefined {
    const type = findRelationType(value[0]);
    const kind = this.#kinds.get(value[1]);
    const name = value[2];
    if (type === undefined || (kind === undefined && value[1] !== "") || typeof name !== "string") {
      return undefined;
    }
    const reference: Draft<Reference> = {
      type,
      kind,
      namespace: kind?.namespaced ? own : "",
      name,
    };
    let at = 4;
    for (const flag of text(value[3])) {
      if (flag === "r") reference.reversed = true;
      else if (flag === "o") reference.optional = true;
      else if (flag === "c") reference.controller = true;
      else if (flag === "n") reference.namespace = text(value[at++]);
      else if (flag === "u") {
        const uid = value[at++];
        if (!isText(uid)) return undefined;
        reference.uid = uid;
      } else if (flag === "v") {
        const vias = text(value[at++]).split(",");
        reference.via = viaBits(VIAS.filter((via) => vias.includes(via)));
      }
    }
    return kind === undefined && reference.uid === undefined ? undefined : reference;
  }

  #selector(value: unknown): SelectorReference[] {
    const [typeText, kindText, requirements, required, namespace] = list(value);
    const type = findRelationType(typeText);
    const kind = this.#kinds.get(kindText);
    const selector = selectorOf(requirements);
    if (type === undefined || kind === undefined || selector === undefined) return [];
    return [{
      type,
      kind,
      selector,
      ...(required === true ? { required } : {}),
      ...(typeof namespace === "string" ? { namespace } : {}),
    }];
  }
}

function parse(value: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? parsed as Json : undefined;
  } catch {
    return undefined;
  }
}

/** Returns undefined if part of it cannot be read: without that part the selector would select more. */
function selectorOf(value: unknown): LabelSelector | undefined {
  if (!Array.isArray(value)) return undefined;
  const selector = value.map((requirement) => {
    const [key, operator, ...values] = list(requirement);
    return { key, operator, values };
  });
  const sound = selector.every(({ key, operator, values }) =>
    typeof key === "string" && OPERATORS.has(operator) && values.every((it) => typeof it === "string")
  );
  return sound ? selector as LabelSelector : undefined;
}

function releaseOf(node: Json, namespace: string, annotations: Pairs): Release | undefined {
  const { helmRelease, releaseNamespace } = node;
  if (!isText(helmRelease)) return undefined;
  const annotated = annotations.find(([key]) => key === "meta.helm.sh/release-namespace")?.[1];
  const said = typeof releaseNamespace === "string" ? releaseNamespace : annotated || namespace;
  return { namespace: said, name: helmRelease };
}

/** Takes the fields of the right form, and of these the parts of the right form. */
function detailOf(metadata: Json): Detail {
  const detail: Record<string, unknown> = {};
  for (const { name, isList, parts } of DETAIL_LAYOUTS) {
    const value = metadata[name];
    if (isList) {
      const items = list(value);
      if (items.length > 0) detail[name] = items.map((item) => objectOf(parts, fields(item)));
    } else if (parts[0]?.name !== undefined) {
      if (isObject(value)) detail[name] = objectOf(parts, value);
    } else if (parts[0]?.form === "count" ? typeof value === "number" : typeof value === "string") {
      detail[name] = value;
    }
  }
  return detail;
}

function objectOf(parts: FieldLayout["parts"], value: Json): Json {
  return Object.fromEntries(parts.map(({ name = "", form }) => {
    const part = value[name];
    return [name, form === "count" ? (typeof part === "number" ? part : 0) : text(part)];
  }));
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fields(value: unknown): Json {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function pairs(value: unknown): Pairs {
  const pairs: [string, string][] = [];
  const labels = fields(value);
  for (const key of Object.keys(labels)) {
    const text = labels[key];
    if (typeof text === "string") pairs.push([key, text]);
  }
  return pairs.length > 1 ? pairs.sort(([a], [b]) => a < b ? -1 : 1) : pairs;
}

/** Returns seconds since 1970; 0 for a text that is not a time, or one before 1970. */
function seconds(timestamp: string): number {
  const milliseconds = Date.parse(timestamp);
  return milliseconds > 0 ? Math.floor(milliseconds / 1000) : 0;
}
