import { assertEquals } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import type { GraphReader } from "../../../src/graph/queries/reader.ts";
import type { Permits } from "../../../src/graph/queries/visible_scopes.ts";
import { Slicer } from "../../../src/graph/queries/slicer.ts";
import { makeRecord } from "../../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../../src/kinds/registry.ts";
import type { ResourceRecord } from "../../../src/model/record.ts";
import { RELATION_TYPES } from "../../../src/model/relation.ts";
import { sampleCluster } from "../../../src/simulator/sample_cluster.ts";
import { random } from "../../support/random.ts";
import { randomWriter } from "../../support/random_writes.ts";
import { testKinds } from "../../support/records.ts";

const NOW = 1_700_000_000_000;

function sampleRecords(seed: number): ResourceRecord[] {
  return Array.from(sampleCluster({ objects: 1_200, seed, now: NOW }), (object, i) => {
    const [, group = ""] = /^(?:(.*)\/)?/.exec(String(object.apiVersion)) ?? [];
    const kind = findKind(group, object.kind);
    if (!kind) throw new TypeError(object.kind);
    return makeRecord(kind, { ...object, metadata: { ...object.metadata, resourceVersion: String(i + 1) } });
  });
}

function graphOf(records: Iterable<ResourceRecord>): Graph {
  const graph = new Graph(kinds, () => NOW);
  for (const record of records) graph.upsert(record);
  for (const kind of kinds) graph.setSynced(kind, true);
  return graph;
}

/** Returns everything that a reader reports of its visible resources, except their unresolved references. */
async function describe(read: GraphReader) {
  const text = (id: number) => read.text.text(id);
  const uids = (rows: Iterable<number>) => Array.from(rows, (row) => read.uid(row)).sort();
  const everything = read.select({ inactive: true });
  const listed = await read.releases(new Slicer());
  const releases = listed.map(({ namespace, name, isAmbiguous }) => `${namespace}/${name} ${isAmbiguous}`);
  const scratch = read.newRowSet();
  return {
    uids: uids(everything),
    relations: [...everything].flatMap((row) => {
      const found: string[] = [];
      read.forEachTarget(
        row,
        (type, to) => found.push(`${read.uid(row)} ${RELATION_TYPES[type]} ${read.uid(to)}`),
      );
      read.forEachSource(
        row,
        (type, from) => found.push(`${read.uid(from)} ${RELATION_TYPES[type]} ${read.uid(row)}`),
      );
      return found;
    }).sort(),
    memberships: [...everything].map((row) => {
      const release = read.release(row);
      return `${read.uid(row)} ${release === undefined ? "" : text(read.releaseName(release))}`;
    }).sort(),
    releases: releases.sort(),
    sums: listed.map(({ namespace, name }) => {
      scratch.clear();
      const { charts, ...sums } = read.releaseSums({ namespace, name }, scratch);
      return JSON.stringify([namespace, name, charts.map(text), {
        ...sums,
        newest: sums.newest?.revision,
      }]);
    }).sort(),
    charts: Array.from(read.charts(), text).sort(),
    namespaces: Array.from(read.namespaces(), text).sort(),
    counts: kinds.map((_, kind) => read.count(kind)),
    totals: [read.resourceCount, read.relationCount, read.relationCounts],
    ofRelease: listed.map(({ namespace, name }) => uids(read.select({ release: { namespace, name } })).join())
      .sort(),
    ofNamespace: Array.from(read.namespaces(), (id) => uids(read.select({ namespaces: [text(id)] })).join())
      .sort(),
    // Sort by uid, because hidden resources change the order of rows.
    impact: uids(everything).filter((_, i) => i % 20 === 0).map((uid) =>
      Array.from(read.impact(read.find(uid)!).affected, ([it, { effect }]) => `${read.uid(it)} ${effect}`)
        .sort().join()
    ).sort(),
    bands: (await read.bands({}, new Slicer())).map((band) => JSON.stringify(band)).sort(),
  };
}

/** Permits the scopes of these resources. */
function permitting(records: readonly ResourceRecord[]): Permits {
  const permitted = new Set(records.map(({ kind, namespace }) => `${kind.kind} ${namespace}`));
  return {
    permits: ({ kind }, namespace) => permitted.has(`${kind} ${namespace}`),
    extentOf: () => "some",
  };
}

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`GraphReader.seenBy() answers like a graph without the hidden scopes, seed ${seed}`, async () => {
    const next = random(seed);
    const records = sampleRecords(seed);
    const hidden = new Map<string, boolean>();
    const isHidden = ({ kind, namespace }: ResourceRecord) => {
      const key = `${kind.kind} ${namespace}`;
      if (!hidden.has(key)) hidden.set(key, next() < 0.25);
      return hidden.get(key)!;
    };
    const visible = records.filter((record) => !isHidden(record));
    const { read } = graphOf(records);
    assertEquals(await describe(read.seenBy(permitting(visible))), await describe(graphOf(visible).read));
  });
}

Deno.test("GraphReader.seenBy() finds neither a hidden resource nor its problems", async () => {
  const records = sampleRecords(5);
  const graph = graphOf(records);
  const { read } = graph;
  const seen = read.seenBy(permitting(records.filter(({ kind }) => kind.kind !== "Pod")));
  const isPod = (it: GraphReader, row: number) => it.kind(row).kind === "Pod";
  assertEquals(records.filter(({ kind, uid }) => kind.kind === "Pod" && seen.find(uid) !== undefined), []);
  assertEquals(read.problems({}, () => false).some(({ row }) => isPod(read, row)), true);
  assertEquals(seen.problems({}, () => false).filter(({ row }) => isPod(seen, row)), []);
  const causes = await seen.causes({ filter: {}, isLimited: () => false, slicer: new Slicer() });
  assertEquals(
    causes.filter(({ affected, counts }) => counts.pods > 0 || affected.some((it) => it.kind === "Pod")),
    [],
  );
});

Deno.test("GraphReader.seenBy() of all scopes is the graph itself", async () => {
  const { read } = graphOf(sampleRecords(6));
  const all = { permits: () => true, extentOf: () => "all" as const };
  assertEquals(await describe(read.seenBy(all)), await describe(read));
});

for (const seed of [1, 2, 3]) {
  Deno.test(`GraphReader.seenBy() follows scopes and kinds that come and go, seed ${seed}`, () => {
    const graph = new Graph(testKinds);
    const write = randomWriter(seed, { customKinds: true });
    const permits: Permits = {
      permits: ({ kind, version }, namespace) => (kind + version + namespace).length % 2 === 0,
      extentOf: () => "some",
    };
    const seen = graph.read.seenBy(permits);
    for (let step = 0; step < 1_000; step++) {
      write([graph]);
      const { read } = graph;
      const expected = [...read.select({ inactive: true })].filter((row) =>
        permits.permits(read.kind(row), read.text.text(read.namespace(row)))
      );
      assertEquals([...seen.select({ inactive: true })], expected, `step ${step}`);
    }
  });
}
