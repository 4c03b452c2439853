/**
 * Rows of the graph as JSON bytes. Texts are copied as they lie in the graph, which keeps them
 * escaped; no object and no string is made for a resource on the way.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { RowSet } from "../arrays/row_set.ts";
import { byRelationType, RELATION_MEANINGS, RELATION_TYPES_MAX } from "../model/relation.ts";
import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";
import { STATUSES } from "../model/status.ts";
import { writeAge } from "./age.ts";
import { ByteWriter, type Fragment, fragment } from "../json/byte_writer.ts";
import { FragmentTable } from "../json/fragment_table.ts";
import { planFields, ResourceWriter } from "../json/resource_writer.ts";
import { writeTime } from "../json/times.ts";
import { DETAIL_LAYOUTS } from "../model/detail.ts";

/** The current time, in seconds since 1970. */
export interface EncodeOptions {
  readonly now: number;
}

export interface EncodeGraphOptions extends EncodeOptions {
  /** Nodes carry their labels. */
  readonly labels: boolean;
  /** A buffer to overwrite, if it is large enough. */
  readonly spare?: ArrayBuffer | undefined;
}

/** Bytes that a resource with its relations takes at a guess, so that buffers seldom grow. */
const RESOURCE_BYTES = 800;

const COMMA = fragment(",");
const QUOTE = fragment('"');
const CLOSE = fragment("}");
const CLOSE_ARRAY = fragment("]");
const UID = fragment('{"uid":"');
const NAME = fragment('","name":"');
const NAMESPACE = fragment('","namespace":"');
const STATUS_TEXTS = STATUSES.map((status) => fragment(`","status":"${status}","message":"`));
const CHART = fragment(',"chart":"');
const RELEASE = fragment(',"release":"');
const RELEASE_NAMESPACE = fragment('","releaseNamespace":"');
const LABELS = fragment(',"labels":');
const METADATA = fragment(',"metadata":{"creationTimestamp":"');
const METADATA_AND_AGE = fragment(',"metadata":{"age":"');
const AGE = fragment(',"age":"');
const CREATED = fragment('","creationTimestamp":"');
const UNKNOWN = fragment("<unknown>");
const edgeType = byRelationType((type) => fragment(`{"type":"${type}","from":"`));
const EDGE_TO = fragment('","to":"');
const EDGE_END = fragment('"}');
const COMMA_QUOTE = fragment(',"');
const FIELDS = planFields(DETAIL_LAYOUTS);
/** The field for the name of the only target, by number of the relation type. */
const NAME_FIELDS = RELATION_MEANINGS.map(({ nameField }) => nameField && fragment(`,"${nameField}":"`));
/** Types whose targets' names stand in a list. */
const NAME_LISTS = RELATION_MEANINGS.flatMap(({ nameList }, type) =>
  nameList === undefined ? [] : [{ type, opening: fragment(`,"${nameList}":[`) }]
);

/** Returns the answer of `/api/v1/graph`: nodes, the edges between them, and their sums. */
export function encodeGraph(
  graph: GraphReader,
  rows: RowSet,
  options: EncodeGraphOptions,
): Uint8Array<ArrayBuffer> {
  const { now, spare } = options;
  const guess = rows.size * RESOURCE_BYTES;
  const encoder = new Encoder(
    graph,
    new ByteWriter(graph, spare && spare.byteLength >= guess ? spare : guess),
    now,
  );
  encoder.graph(rows, options.labels);
  return encoder.bytes;
}

/** The answer of `/api/v1/resources`: an array of resources in the order given. */
export function encodeResources(
  graph: GraphReader,
  rows: ArrayLike<number>,
  { now }: EncodeOptions,
): Uint8Array<ArrayBuffer> {
  const encoder = new Encoder(graph, new ByteWriter(graph, rows.length * RESOURCE_BYTES), now);
  encoder.resources(rows);
  return encoder.bytes;
}

/** Returns one resource, as in that array. */
export function encodeResource(
  graph: GraphReader,
  row: number,
  { now }: EncodeOptions,
): Uint8Array<ArrayBuffer> {
  const encoder = new Encoder(graph, new ByteWriter(graph, RESOURCE_BYTES), now);
  encoder.resource(row);
  return encoder.bytes;
}

/** Writes rows as JSON, one after the other. */
export class Encoder {
  readonly #graph: GraphReader;
  readonly #out: ByteWriter;
  readonly #now: number | undefined;
  /** The bytes from the end of the namespace to the status, by number of kind. */
  readonly #kinds: FragmentTable<ResourceKind>;
  /** Whether the current resource has targets of a relation type, by number of type. */
  readonly #listed = new Uint8Array(RELATION_TYPES_MAX);
  readonly #resources: ResourceWriter;

  /** Without `now`, nodes have no age. */
  constructor(graph: GraphReader, out: ByteWriter, now: number | undefined) {
    this.#graph = graph;
    this.#out = out;
    this.#now = now;
    this.#resources = new ResourceWriter(graph, FIELDS);
    this.#kinds = new FragmentTable(
      graph.kinds,
      (kind) => `","kind":"${kind.kind}","apiVersion":"${apiVersionOf(kind)}`,
    );
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#out.written;
  }

  graph(rows: RowSet, labels: boolean): void {
    const out = this.#out;
    const graph = this.#graph;
    const byStatus = STATUSES.map(() => 0);
    let stale = 0;
    out.ascii(`{"rv":"${graph.rv}","nodes":[`);
    for (let i = 0; i < rows.size; i++) {
      const row = rows.at(i);
      if (i > 0) out.put(COMMA);
      this.node(row, labels);
      byStatus[graph.statusNumber(row)]!++;
      if (!graph.isSynced(graph.kindNumber(row))) stale++;
    }
    out.ascii('],"edges":[');
    let edges = 0;
    const edge = (type: number, from: number, to: number) => {
      if (!rows.has(from) || !rows.has(to)) return;
      if (edges++ > 0) out.put(COMMA);
      this.edge(type, from, to);
    };
    for (let i = 0; i < rows.size; i++) graph.forEachRelation(rows.at(i), edge);
    const stats = {
      nodes: rows.size,
      edges,
      warnings: byStatus[STATUSES.indexOf("Pending")],
      errors: byStatus[STATUSES.indexOf("Error")],
      stale,
    };
    out.ascii(`],"stats":${JSON.stringify(stats)}}`);
  }

  edge(type: number, from: number, to: number): void {
    this.openEdge(type, from, to);
    this.#out.put(EDGE_END);
  }

  /** An edge without its last quote and brace. */
  openEdge(type: number, from: number, to: number): void {
    const out = this.#out;
    out.put(edgeType(type));
    out.uid(from);
    out.put(EDGE_TO);
    out.uid(to);
  }

  resources(rows: ArrayLike<number>): void {
    this.#out.ascii("[");
    for (let i = 0; i < rows.length; i++) {
      if (i > 0) this.#out.put(COMMA);
      this.resource(rows[i]!);
    }
    this.#out.put(CLOSE_ARRAY);
  }

  resource(row: number): void {
    const out = this.#out;
    const graph = this.#graph;
    this.#identity(row);
    const chart = graph.chart(row);
    const release = graph.release(row);
    this.#text(CHART, chart ?? 0);
    this.#release(release);
    out.put(AGE);
    this.#times(row);
    this.#labels(row);
    this.#details(row);
    out.put(CLOSE);
  }

  node(row: number, labels: boolean): void {
    this.openNode(row, labels);
    this.#out.put(CLOSE);
  }

  /** A node without its last brace. */
  openNode(row: number, labels: boolean): void {
    const out = this.#out;
    const graph = this.#graph;
    this.#identity(row);
    const chart = graph.chart(row);
    if (chart !== undefined) this.#text(CHART, chart);
    const release = graph.release(row);
    if (release !== undefined) this.#release(release);
    if (labels) this.#labels(row);
    out.put(this.#now === undefined ? METADATA : METADATA_AND_AGE);
    this.#times(row);
    this.#details(row);
    out.put(CLOSE);
  }

  /** The name and the namespace of a release, empty for none. */
  #release(release: number | undefined): void {
    const out = this.#out;
    out.put(RELEASE);
    if (release !== undefined) out.text(this.#graph.releaseName(release));
    out.put(RELEASE_NAMESPACE);
    if (release !== undefined) out.text(this.#graph.releaseNamespace(release));
    out.put(QUOTE);
  }

  /** Writes the part from the opening brace to the end of the message. */
  #identity(row: number): void {
    const out = this.#out;
    const graph = this.#graph;
    out.put(UID);
    out.uid(row);
    out.put(NAME);
    out.text(graph.name(row));
    out.put(NAMESPACE);
    out.text(graph.namespace(row));
    out.put(this.#kinds.at(graph.kindNumber(row)));
    out.put(STATUS_TEXTS[graph.statusNumber(row)]!);
    out.text(graph.shownMessage(row));
    out.put(QUOTE);
  }

  /**
   * Writes the part from within the quotes of the age to the end of the creation time. The age may be
   * missing.
   */
  #times(row: number): void {
    const out = this.#out;
    const createdAt = this.#graph.createdAt(row);
    if (this.#now !== undefined) {
      if (createdAt === 0) out.put(UNKNOWN);
      else writeAge(out, this.#now - createdAt);
      out.put(CREATED);
    }
    if (createdAt !== 0) writeTime(out, createdAt);
    out.put(QUOTE);
  }

  #labels(row: number): void {
    this.#out.put(LABELS);
    this.#resources.labels(this.#out, row);
  }

  /** Writes the fields that apply to the resource beyond those that all have, each with a comma before it. */
  #details(row: number): void {
    this.#resources.fields(this.#out, row, { leads: false });
    this.#names(row);
  }

  /** Writes the names of targets: single ones first, then the lists. */
  #names(row: number): void {
    const out = this.#out;
    const graph = this.#graph;
    this.#listed.fill(0);
    graph.forEachTargetName(row, (type, name) => {
      const field = NAME_FIELDS[type];
      if (field && this.#listed[type] === 0) this.#text(field, name);
      this.#listed[type] = 1;
    });
    for (const { type, opening } of NAME_LISTS) {
      if (this.#listed[type] === 0) continue;
      let names = 0;
      out.put(opening);
      graph.forEachTargetName(row, (other, name) => {
        if (other === type) this.#text(names++ === 0 ? QUOTE : COMMA_QUOTE, name);
      });
      out.put(CLOSE_ARRAY);
    }
  }

  /** A field whose value is a text; `opening` ends with the quote before it. */
  #text(opening: Fragment, id: number): void {
    this.#out.put(opening);
    this.#out.text(id);
    this.#out.put(QUOTE);
  }
}
