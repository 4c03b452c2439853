/**
 * Reads a whole database into the graph. Malformed values are skipped and counted. Nodes contain their
 * references, so edges are not read, unless there are nodes of the Go server, which contain none. Their edges
 * become provisional references, which last until the first update of the resource.
 *
 * A database may have lost keys, for example by eviction. Its index sets name all resources, so missing ones
 * are counted. (The Go server leaves stale members in its sets, so nothing is counted in its databases.)
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { ResourceRecord } from "../model/record.ts";
import type { Reference } from "../model/reference.ts";
import { RELATION_MEANINGS, relationNumber } from "../model/relation.ts";
import type { CustomKind, ResourceKind } from "../model/resource_kind.ts";
import { type DecodedEdge, decodeEdge } from "./format/edge_value.ts";
import { EDGE_PREFIX, INDEX_PREFIX, kindSetKey, NODE_PREFIX, nodeKey } from "./format/keys.ts";
import { NodeDecoder } from "./format/node_decoder.ts";
import { readValues } from "./read_values.ts";
import type { Store } from "./store.ts";

/** Receives the restored resources. */
export interface RestoreTarget {
  /** Takes the custom kinds of the resources that follow. Those that the graph does not have then are skipped. */
  expect(kinds: readonly CustomKind[]): void;
  /** Returns whether the resource is wanted. */
  restore(record: ResourceRecord): boolean;
  /** Removes a restored resource again. */
  forget(uid: string): void;
}

/** The counts of a running restore. They agree with the graph even if the restore stops early. */
export class Restored {
  /** Uids by kind. */
  readonly uids = new Map<ResourceKind, string[]>();
  nodes = 0;
  /** Values that did not parse. */
  skipped = 0;
  /** Resources that an index set names and the database lacks, or that no index set names. */
  missing = 0;
}

/** Records that are inserted, or looked up, at a time. */
const CHUNK = 250;
const KIND_SET_PREFIX = `${INDEX_PREFIX}ns-kind:`;
const TOO_SLOW = "Redis gives its data too slowly";

export interface RestoreSource {
  readonly store: Pick<Store, "scan" | "get" | "members">;
  readonly graph: GraphReader;
  readonly into: RestoreTarget;
  /** Whether there is time left. */
  readonly goOn: () => boolean;
}

/** @throws {Error} if the connection is lost, or the restore takes too long. */
export async function restore(
  { store, graph, into, goOn }: RestoreSource,
  restored: Restored,
): Promise<void> {
  const decoder = new NodeDecoder(graph);
  const bare = new Map<string, ResourceRecord>();
  const bySet = new Map<string, { count: number; uid: string }>();
  const unwanted = new Set<string>();
  for await (const [, values] of readValues(store, NODE_PREFIX)) {
    if (!goOn()) throw new Error(TOO_SLOW);
    for (const value of values) {
      if (value === null) continue;
      const node = decoder.decode(value);
      if (node === undefined) {
        restored.skipped++;
        continue;
      }
      const { record } = node;
      if (graph.find(record.uid) !== undefined) continue;
      const set = kindSetKey(record.namespace, record.kind.kind);
      if (!into.restore(record)) {
        unwanted.add(set);
        continue;
      }
      const ofSet = bySet.get(set);
      if (ofSet === undefined) bySet.set(set, { count: 1, uid: record.uid });
      else ofSet.count++;
      restored.nodes++;
      const uids = restored.uids.get(record.kind);
      if (uids === undefined) restored.uids.set(record.kind, [record.uid]);
      else uids.push(record.uid);
      if (node.bare) bare.set(record.uid, record);
    }
  }
  if (bare.size > 0) await restoreReferences(bare, { store, graph, into, goOn });
  else restored.missing = await countMissing({ store, graph, goOn }, { bySet, unwanted });
}

interface ReadSets {
  /** For each index set, the number of restored resources, and one of them. */
  readonly bySet: ReadonlyMap<string, { count: number; readonly uid: string }>;
  /** Sets of resources that are not wanted. */
  readonly unwanted: ReadonlySet<string>;
}

/**
 * Counts resources that their index set names and the database lacks, and those whose set the database lacks.
 * Another process may be writing, so it checks each one that seems to be missing a second time.
 */
async function countMissing(
  { store, graph, goOn }: Pick<RestoreSource, "store" | "graph" | "goOn">,
  { bySet, unwanted }: ReadSets,
): Promise<number> {
  // Phase 1: members that were not restored, and sets that do not exist.
  const kinds = new Set(graph.kinds.map(({ kind }) => kind));
  const unseen = new Map<string, string[]>();
  for await (const keys of store.scan(KIND_SET_PREFIX)) {
    if (!goOn()) throw new Error(TOO_SLOW);
    const isDue = (key: string) =>
      !unseen.has(key) && !unwanted.has(key) && kinds.has(key.slice(key.lastIndexOf(":") + 1));
    const due = [...new Set(keys.filter(isDue))];
    const sets = await store.members(due);
    due.forEach((key, i) => {
      unseen.set(key, (sets[i] ?? []).filter((uid) => graph.find(uid) === undefined));
    });
  }

  // Phase 2: check them again.
  const isSaved = async (uids: readonly string[]) =>
    (await store.get(uids.map(nodeKey))).map((it) => it !== null);
  let missing = 0;
  for (const [key, uids] of unseen) {
    if (uids.length === 0) continue;
    const members = new Set((await store.members([key]))[0]);
    const named = uids.filter((uid) => members.has(uid));
    for (let i = 0; i < named.length; i += CHUNK) {
      missing += (await isSaved(named.slice(i, i + CHUNK))).filter((saved) => !saved).length;
    }
  }
  for (const [key, { count, uid }] of bySet) {
    if (unseen.has(key)) continue;
    const [members = []] = await store.members([key]);
    const [saved] = await isSaved([uid]);
    if (members.length === 0 && saved) missing += count;
  }
  return missing;
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
