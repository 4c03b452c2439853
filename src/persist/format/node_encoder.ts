/**
 * Resources as the JSON that is saved of them: the fields that the contract names, then what a record
 * has beyond them, in short forms, since there is a lot of it. `NodeDecoder` reads it.
 *
 * Own additions: `releaseNamespace` where it is not the resource's own; `idle` and `finished` where
 * true; `references` as [type, kind, name, flags?, namespace?, uid?]; `selectors` as
 * [type, kind, [[key, operator, ...values], ...], required?]. The resourceVersion comes last: it moves
 * without any other change, and so is left out where two states are compared.
 */
import { type ByteWriter, type Fragment, fragment } from "../../json/byte_writer.ts";
import {
  ANNOTATION,
  CLAIM_REF,
  IMAGE,
  NODE_NAME,
  OWNER,
  REPLICAS,
  RESTART_COUNT,
  VOLUME_NAME,
} from "../../graph/tables/details.ts";
import type { DeclaredReference, GraphReader } from "../../graph/queries/reader.ts";
import { viasOf } from "../../model/reference.ts";
import { RELATION_TYPES } from "../../model/relation.ts";
import { apiVersionOf } from "../../model/resource_kind.ts";
import { STATUSES } from "../../model/status.ts";
import { kindName } from "./kind_name.ts";

const COMMA = fragment(",");
const QUOTE = fragment('"');
const COMMA_QUOTE = fragment(',"');
const BETWEEN = fragment('","');
const COLON = fragment('":"');
const CLOSE = fragment("}");
const CLOSE_ARRAY = fragment("]");
const CLOSE_QUOTED = fragment('"]');
const UID = fragment('{"uid":"');
const NAME = fragment('","name":"');
const NAMESPACE = fragment('","namespace":"');
const LABELS = fragment('","labels":{');
const ANNOTATIONS = fragment('},"annotations":{');
const CREATED = fragment('},"creationTimestamp":"');
const STATUS = STATUSES.map((status) => fragment(`","status":"${status}","statusMessage":"`));
const CHART = fragment('","helmChart":"');
const RELEASE = fragment('","helmRelease":"');
const METADATA = fragment('","metadata":{');
const RELEASE_NAMESPACE = fragment(',"releaseNamespace":"');
const IS_IDLE = fragment(',"idle":true');
const IS_FINISHED = fragment(',"finished":true');
const REFERENCES = fragment(',"references":[');
const REFERENCE = RELATION_TYPES.map((type) => fragment(`["${type}","`));
const SELECTORS = fragment(',"selectors":');
const RESOURCE_VERSION = fragment(',"resourceVersion":"');
const END = fragment('"}');

const IMAGE_FIELD = fragment('"image":"');
const NODE_NAME_FIELD = fragment('"nodeName":"');
const VOLUME_NAME_FIELD = fragment('"volumeName":"');
const RESTART_COUNT_FIELD = fragment('"restartCount":');
const REPLICA_FIELDS = ['"replicas":{"desired":', ',"current":', ',"ready":', ',"available":'].map(fragment);
const OWNERS_FIELD = fragment('"ownerReferences":[');
const KIND_FIELD = fragment('{"kind":"');
const CLAIM_FIELD = fragment('"claimRef":{"kind":"');
const UID_FIELD = fragment('","uid":"');

/** No time, as Go prints it: the contract's readers want a time that parses. */
const NO_TIME = "0001-01-01T00:00:00Z";

export class NodeEncoder {
  readonly #graph: GraphReader;
  /** By number of kind: from the end of the namespace to the labels, and in a reference. */
  readonly #kinds: readonly Fragment[];
  readonly #kindNames: readonly Fragment[];

  constructor(graph: GraphReader) {
    this.#graph = graph;
    this.#kinds = graph.kinds.map((kind) =>
      fragment(`","kind":"${kind.kind}","apiVersion":"${apiVersionOf(kind)}`)
    );
    this.#kindNames = graph.kinds.map((kind) => fragment(`${kindName(kind)}","`));
  }

  encode(row: number, out: ByteWriter): void {
    const graph = this.#graph;
    const release = graph.ownRelease(row);
    out.put(UID);
    out.uid(row);
    out.put(NAME);
    out.text(graph.name(row));
    out.put(NAMESPACE);
    out.text(graph.namespace(row));
    out.put(this.#kinds[graph.kindNumber(row)]!);
    this.#labels(row, out);
    this.#annotations(row, out);
    out.put(CREATED);
    const createdAt = graph.createdAt(row);
    out.ascii(createdAt === 0 ? NO_TIME : `${new Date(createdAt * 1000).toISOString().slice(0, 19)}Z`);
    out.put(STATUS[graph.statusNumber(row)]!);
    out.text(graph.message(row));
    out.put(CHART);
    out.text(graph.chart(row) ?? 0);
    out.put(RELEASE);
    out.text(release === undefined ? 0 : graph.releaseName(release));
    out.put(METADATA);
    this.#details(row, out);
    out.put(CLOSE);

    const home = release === undefined ? undefined : graph.releaseNamespace(release);
    if (home !== undefined && home !== graph.namespace(row)) {
      out.put(RELEASE_NAMESPACE);
      out.text(home);
      out.put(QUOTE);
    }
    if (graph.isIdle(row)) out.put(IS_IDLE);
    if (graph.isFinished(row)) out.put(IS_FINISHED);
    this.#references(row, out);
    this.#selectors(row, out);
    out.put(RESOURCE_VERSION);
    out.utf8(JSON.stringify(graph.resourceVersion(row)).slice(1, -1));
    out.put(END);
  }

  #labels(row: number, out: ByteWriter): void {
    const graph = this.#graph;
    const set = graph.labelSet(row);
    out.put(LABELS);
    for (let i = 0; i < graph.labelCount(set); i++) {
      out.put(i === 0 ? QUOTE : COMMA_QUOTE);
      out.text(graph.labelKey(set, i));
      out.put(COLON);
      out.text(graph.labelValue(set, i));
      out.put(QUOTE);
    }
  }

  #annotations(row: number, out: ByteWriter): void {
    let count = 0;
    out.put(ANNOTATIONS);
    this.#graph.forEachField(row, (tag, words, at) => {
      if (tag !== ANNOTATION) return;
      out.put(count++ === 0 ? QUOTE : COMMA_QUOTE);
      out.text(words[at]!);
      out.put(COLON);
      out.text(words[at + 1]!);
      out.put(QUOTE);
    });
  }

  #details(row: number, out: ByteWriter): void {
    let fields = 0;
    let owners = 0;
    this.#graph.forEachField(row, (tag, words, at) => {
      if (tag === ANNOTATION) return;
      if (tag !== OWNER && owners > 0) {
        out.put(CLOSE_ARRAY);
        owners = 0;
      }
      if (fields++ > 0) out.put(COMMA);
      if (tag === IMAGE) quoted(out, IMAGE_FIELD, words[at]!);
      else if (tag === NODE_NAME) quoted(out, NODE_NAME_FIELD, words[at]!);
      else if (tag === VOLUME_NAME) quoted(out, VOLUME_NAME_FIELD, words[at]!);
      else if (tag === RESTART_COUNT) {
        out.put(RESTART_COUNT_FIELD);
        out.number(words[at]!);
      } else if (tag === REPLICAS) {
        REPLICA_FIELDS.forEach((field, i) => {
          out.put(field);
          out.number(words[at + i]!);
        });
        out.put(CLOSE);
      } else if (tag === OWNER) {
        if (owners++ === 0) out.put(OWNERS_FIELD);
        out.put(KIND_FIELD);
        out.text(words[at]!);
        out.put(NAME);
        out.text(words[at + 1]!);
        out.put(UID_FIELD);
        out.fieldUid(words, at + 2);
        out.put(END);
      } else if (tag === CLAIM_REF) {
        out.put(CLAIM_FIELD);
        out.text(words[at]!);
        out.put(NAMESPACE);
        out.text(words[at + 1]!);
        out.put(NAME);
        out.text(words[at + 2]!);
        out.put(UID_FIELD);
        out.fieldUid(words, at + 3);
        out.put(END);
      }
    });
    if (owners > 0) out.put(CLOSE_ARRAY);
  }

  #references(row: number, out: ByteWriter): void {
    let count = 0;
    out.put(REFERENCES);
    this.#graph.forEachReference(row, (reference) => {
      if (count++ > 0) out.put(COMMA);
      this.#reference(row, reference, out);
    });
    out.put(CLOSE_ARRAY);
  }

  #reference(row: number, reference: DeclaredReference, out: ByteWriter) {
    const { type, target, reversed, optional, controller, byUid, via } = reference;
    const graph = this.#graph;
    const kind = graph.kindNumber(target);
    const namespace = graph.kinds[kind]!.namespaced ? graph.namespace(row) : 0;
    const elsewhere = graph.namespace(target) !== namespace;
    out.put(REFERENCE[type]!);
    out.put(this.#kindNames[kind]!);
    out.text(graph.name(target));
    const flags = (reversed ? "r" : "") + (optional ? "o" : "") + (controller ? "c" : "") +
      (elsewhere ? "n" : "") + (byUid ? "u" : "") + (via === 0 ? "" : "v");
    if (flags !== "") {
      out.put(BETWEEN);
      out.ascii(flags);
    }
    if (elsewhere) {
      out.put(BETWEEN);
      out.text(graph.namespace(target));
    }
    if (byUid) {
      out.put(BETWEEN);
      out.uid(target);
    }
    if (via !== 0) {
      out.put(BETWEEN);
      out.ascii(viasOf(via).join());
    }
    out.put(CLOSE_QUOTED);
  }

  #selectors(row: number, out: ByteWriter): void {
    const graph = this.#graph;
    const selectors = graph.selectors(row);
    if (selectors.length === 0) return;
    out.put(SELECTORS);
    out.utf8(JSON.stringify(selectors.map(({ type, kind, selector, required }) => [
      RELATION_TYPES[type],
      kindName(graph.kinds[kind]!),
      selector.map(({ key, operator, values }) => [key, operator, ...values]),
      ...(required ? [true] : []),
    ])));
  }
}

function quoted(out: ByteWriter, field: Fragment, text: number): void {
  out.put(field);
  out.text(text);
  out.put(QUOTE);
}
