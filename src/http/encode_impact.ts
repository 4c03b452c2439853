/** Encodes the impact of a loss, and chains of relations: nodes as in a graph, and edges with evidence. */
import type { RelationKey } from "../graph/queries/evidence.ts";
import type { Impact } from "../graph/queries/impact.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Path } from "../graph/queries/why.ts";
import { ByteWriter } from "../json/byte_writer.ts";
import { describeEvidence } from "./describe_evidence.ts";
import { type EncodeOptions, Encoder } from "./encode.ts";

const NODE_BYTES = 1_000;
/** The field of the summary, by role of a kind. */
const SUMMED_AS = {
  workload: "workloads",
  pod: "pods",
  service: "services",
  entry: "ingresses",
  other: "other",
} as const;

/** The lost thing: a resource by its row, or a target that does not exist by its key. */
export type ImpactSubject = { readonly row: number } | { readonly row?: undefined; readonly key: unknown };

export interface EncodeImpactOptions extends EncodeOptions {
  readonly subject: ImpactSubject;
  /** The maximum number of nodes in the answer. The summary covers all of them. */
  readonly nodesMax: number;
}

/** Encodes the answer of `/api/v1/resources/{uid}/impact`. */
export function encodeImpact(
  graph: GraphReader,
  { affected, edges }: Impact,
  { now, subject, nodesMax }: EncodeImpactOptions,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(graph, Math.min(affected.size, nodesMax) * NODE_BYTES);
  const encoder = new Encoder(graph, out, now);
  out.ascii('{"resource":');
  if (subject.row === undefined) out.utf8(JSON.stringify(subject.key));
  else encoder.node(subject.row, false);
  const summary = { workloads: 0, pods: 0, services: 0, ingresses: 0, other: 0 };
  for (const row of affected.keys()) summary[SUMMED_AS[graph.kind(row).role ?? "other"]]++;
  out.ascii(`,"summary":${JSON.stringify(summary)},"truncated":${affected.size > nodesMax},"nodes":[`);
  const shown = new Set<number | undefined>([subject.row]);
  for (const [row, { effect, distance }] of affected) {
    if (shown.size > nodesMax) break;
    if (shown.size > 1) out.ascii(",");
    shown.add(row);
    encoder.openNode(row, false);
    out.ascii(`,"effect":"${effect}","distance":${distance}}`);
  }
  const carrying = edges.filter(({ from, to }) => shown.has(from) && shown.has(to));
  writeEdges(graph, carrying, { out, encoder });
  out.ascii("}");
  return out.written;
}

/** Encodes the answer of `/api/v1/resources/{uid}/why`. */
export function encodePath(
  graph: GraphReader,
  { nodes, edges }: Path,
  { now }: EncodeOptions,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(graph, nodes.length * NODE_BYTES);
  const encoder = new Encoder(graph, out, now);
  out.ascii('{"nodes":[');
  nodes.forEach((row, i) => {
    if (i > 0) out.ascii(",");
    encoder.node(row, false);
  });
  writeEdges(graph, edges, { out, encoder });
  out.ascii("}");
  return out.written;
}

/** Writes from the end of the last node to the end of the edges. */
function writeEdges(
  graph: GraphReader,
  edges: readonly RelationKey[],
  { out, encoder }: { out: ByteWriter; encoder: Encoder },
): void {
  out.ascii('],"edges":[');
  edges.forEach((edge, i) => {
    if (i > 0) out.ascii(",");
    encoder.openEdge(edge.type, edge.from, edge.to);
    const { via, optional } = describeEvidence(graph.evidence(edge));
    out.ascii(`","via":${JSON.stringify(via)},"optional":${optional}}`);
  });
  out.ascii("]");
}
