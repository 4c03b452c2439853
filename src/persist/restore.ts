/**
 * Reads a whole database into the graph. What makes no sense is skipped and counted. Nodes carry their
 * references, so edges are not read, unless nodes of the Go server are among them, which carry none:
 * their edges become provisional references, which last until the resource is first updated.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { ResourceRecord } from "../model/record.ts";
import type { Reference } from "../model/reference.ts";
import { RELATION_MEANINGS, relationNumber } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { type DecodedEdge, decodeEdge } from "./format/edge_value.ts";
import { EDGE_PREFIX, NODE_PREFIX } from "./format/keys.ts";
import { NodeDecoder } from "./format/node_decoder.ts";
import { readValues } from "./read_values.ts";
import type { Store } from "./store.ts";

/** Where restored resources go. */
export interface RestoreTarget {
  /** Whether it is wanted. */
  restore(record: ResourceRecord): boolean;
  /** Takes a restored resource out again. */
  forget(uid: string): void;
}

/** Grows while the restore goes on; right for what is in the graph, even where it ends half-way. */
export class Restored {
  /** Uids by kind. */
  readonly uids = new Map<ResourceKind, string[]>();
  nodes = 0;
  /** Values that made no sense. */
  skipped = 0;
}

/** Records put in at once. */
const CHUNK = 250;

export interface RestoreSource {
  readonly store: Pick<Store, "scan" | "get">;
  readonly graph: GraphReader;
  readonly into: RestoreTarget;
  /** Whether there is time left. */
  readonly goOn: () => boolean;
}

/** @throws {Error} where the database is lost half-way. */
export async function restore(
  { store, graph, into, goOn }: RestoreSource,
  restored: Restored,
): Promise<void> {
  const decoder = new NodeDecoder(graph.kinds);
  const bare = new Map<string, ResourceRecord>();
  for await (const [, values] of readValues(store, NODE_PREFIX)) {
    if (!goOn()) throw new Error("Redis gives its data too slowly");
    for (const value of values) {
      if (value === null) continue;
      const node = decoder.decode(value);
      if (node === undefined) {
        restored.skipped++;
        continue;
      }
      const { record } = node;
      if (graph.find(record.uid) !== undefined) continue;
      if (!into.restore(record)) continue;
      restored.nodes++;
      const uids = restored.uids.get(record.kind);
      if (uids === undefined) restored.uids.set(record.kind, [record.uid]);
      else uids.push(record.uid);
      if (node.bare) bare.set(record.uid, record);
    }
  }
  if (bare.size > 0) await restoreReferences(bare, { store, graph, into, goOn });
}

async function restoreReferences(
  bare: ReadonlyMap<string, ResourceRecord>,
  { store, graph, into, goOn }: RestoreSource,
): Promise<void> {
  const references = new Map<string, Reference[]>();
  const declare = ({ types, from, to }: DecodedEdge) => {
    for (const type of types) {
      const reversed = RELATION_MEANINGS[relationNumber(type)]?.declaredBy === "target";
      const [source, target] = reversed ? [to, from] : [from, to];
      const row = graph.find(target);
      if (row === undefined || !bare.has(source)) continue;
      const reference: Reference = {
        type,
        kind: graph.kind(row),
        namespace: graph.text.text(graph.namespace(row)),
        name: graph.text.text(graph.name(row)),
        uid: target,
        ...(reversed ? { reversed } : {}),
      };
      const declared = references.get(source);
      if (declared === undefined) references.set(source, [reference]);
      else declared.push(reference);
    }
  };
  for await (const [, values] of readValues(store, EDGE_PREFIX)) {
    if (!goOn()) break;
    for (const value of values) {
      const edge = value === null ? undefined : decodeEdge(value);
      if (edge !== undefined) declare(edge);
    }
  }
  let count = 0;
  for (const [uid, declared] of references) {
    const record = bare.get(uid);
    if (record !== undefined && graph.find(uid) !== undefined) {
      into.restore({ ...record, references: withoutRepeated(declared) });
    }
    if (++count % CHUNK === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}

/** A scan may give a key twice. */
function withoutRepeated(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((it) => [`${it.type} ${it.uid}`, it])).values()];
}
