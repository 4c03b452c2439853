/**
 * Writes resources as the JSON that is saved: the fields of the contract, then the other fields of a record
 * in short forms, to save memory. `NodeDecoder` reads it.
 *
 * Our own additions: `releaseNamespace` if it is not the resource's own; `idle`, `finished` and
 * `onHold` if true; `references` as [type, kind, name, flags?, namespace?, uid?, places?]; `selectors` as
 * [type, kind, [[key, operator, ...values], ...], required?]. The resourceVersion comes last: it changes
 * without any other change, so comparisons of two states leave it out.
 */
import { type ByteWriter, fragment } from "../../json/byte_writer.ts";
import { FragmentTable } from "../../json/fragment_table.ts";
import { planFields, ResourceWriter } from "../../json/resource_writer.ts";
import { writeTime } from "../../json/times.ts";
import type { GraphReader } from "../../graph/queries/reader.ts";
import type { DeclaredReference } from "../../graph/queries/row_reader.ts";
import { DETAIL_LAYOUTS } from "../../model/detail.ts";
import { viasOf } from "../../model/reference.ts";
import { byRelationType, RELATION_TYPES } from "../../model/relation.ts";
import { apiVersionOf, kindName, type ResourceKind } from "../../model/resource_kind.ts";
import { STATUSES } from "../../model/status.ts";

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
const LABELS = fragment('","labels":');
const ANNOTATIONS = fragment(',"annotations":{');
const CREATED = fragment('},"creationTimestamp":"');
const STATUS = STATUSES.map((status) => fragment(`","status":"${status}","statusMessage":"`));
const CHART = fragment('","helmChart":"');
const RELEASE = fragment('","helmRelease":"');
const METADATA = fragment('","metadata":{');
const RELEASE_NAMESPACE = fragment(',"releaseNamespace":"');
const IS_IDLE = fragment(',"idle":true');
const IS_FINISHED = fragment(',"finished":true');
const IS_ON_HOLD = fragment(',"onHold":true');
const REFERENCES = fragment(',"references":[');
const referenceOf = byRelationType((type) => fragment(`["${type}","`));
const SELECTORS = fragment(',"selectors":');
const RESOURCE_VERSION = fragment(',"resourceVersion":"');
const END = fragment('"}');

const FIELDS = planFields(DETAIL_LAYOUTS);

/** The zero time as Go prints it, since readers expect a time that parses. */
const NO_TIME = "0001-01-01T00:00:00Z";

export class NodeEncoder {
  readonly #graph: GraphReader;
  readonly #resources: ResourceWriter;
  /** Constant pieces of JSON, by number of kind: between the namespace and the labels, and in a reference. */
  readonly #kinds: FragmentTable<ResourceKind>;
  readonly #kindNames: FragmentTable<ResourceKind>;

  constructor(graph: GraphReader) {
    this.#graph = graph;
    this.#resources = new ResourceWriter(graph, FIELDS);
    this.#kinds = new FragmentTable(
      graph.kinds,
      (kind) => `","kind":"${kind.kind}","apiVersion":"${apiVersionOf(kind)}`,
    );
    this.#kindNames = new FragmentTable(graph.kinds, (kind) => `${kindName(kind)}","`);
  }

  encode(row: number, out: ByteWriter): void {
    const graph = this.#graph;
    const release = graph.namedRelease(row);
    out.put(UID);
    out.uid(row);
    out.put(NAME);
    out.text(graph.name(row));
    out.put(NAMESPACE);
    out.text(graph.namespace(row));
    out.put(this.#kinds.at(graph.kindNumber(row)));
    out.put(LABELS);
    this.#resources.labels(out, row);
    this.#annotations(row, out);
    out.put(CREATED);
    const createdAt = graph.createdAt(row);
    if (createdAt === 0) out.ascii(NO_TIME);
    else writeTime(out, createdAt);
    out.put(STATUS[graph.statusNumber(row)]!);
    out.text(graph.message(row));
    out.put(CHART);
    out.text(graph.chart(row) ?? 0);
    out.put(RELEASE);
    out.text(release === undefined ? 0 : graph.releaseName(release));
    out.put(METADATA);
    this.#resources.fields(out, row, { leads: true });
    out.put(CLOSE);

    const home = release === undefined ? undefined : graph.releaseNamespace(release);
    if (home !== undefined && home !== graph.namespace(row)) {
      out.put(RELEASE_NAMESPACE);
      out.text(home);
      out.put(QUOTE);
    }
    if (graph.isIdle(row)) out.put(IS_IDLE);
    if (graph.isFinished(row)) out.put(IS_FINISHED);
    if (graph.isOnHold(row)) out.put(IS_ON_HOLD);
    this.#references(row, out);
    this.#selectors(row, out);
    out.put(RESOURCE_VERSION);
    out.utf8(JSON.stringify(graph.resourceVersion(row)).slice(1, -1));
    out.put(END);
  }

  #annotations(row: number, out: ByteWriter): void {
    let count = 0;
    out.put(ANNOTATIONS);
    this.#graph.forEachAnnotation(row, (key, value) => {
      out.put(count++ === 0 ? QUOTE : COMMA_QUOTE);
      out.text(key);
      out.put(COLON);
      out.text(value);
      out.put(QUOTE);
    });
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
    const { type, target, reversed, optional, controller, byUid, via, named } = reference;
    const graph = this.#graph;
    const home = named && graph.kinds[named.kind]!.namespaced ? graph.namespace(row) : 0;
    const namespace = named?.namespace ?? 0;
    const elsewhere = namespace !== home;
    out.put(referenceOf(type));
    out.put(named ? this.#kindNames.at(named.kind) : BETWEEN);
    out.text(named?.name ?? 0);
    const flags = (reversed ? "r" : "") + (optional ? "o" : "") + (controller ? "c" : "") +
      (elsewhere ? "n" : "") + (byUid ? "u" : "") + (via === 0 ? "" : "v");
    if (flags !== "") {
      out.put(BETWEEN);
      out.ascii(flags);
    }
    if (elsewhere) {
      out.put(BETWEEN);
      out.text(namespace);
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
    out.utf8(JSON.stringify(selectors.map(({ type, kind, selector, required, namespace }) => [
      RELATION_TYPES[type],
      kindName(graph.kinds[kind]!),
      selector.map(({ key, operator, values }) => [key, operator, ...values]),
      ...(required || namespace !== undefined ? [required] : []),
      ...(namespace === undefined ? [] : [namespace]),
    ])));
  }
}
