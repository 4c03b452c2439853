import { Graph } from "../../src/graph/graph.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import type { Measure } from "./measure.ts";

/** Counts the bytes of a resource with its relations in the arrays of the graph, unused capacity included. */
export function measureBytes({ objects, seed }: { objects: number; seed: number }): Measure {
  const graph = new Graph(kinds);
  for (const object of sampleCluster({ objects, seed })) {
    const [group, kind] = [object.apiVersion.split("/").at(-2) ?? "", object.kind];
    const rule = findKind(group, kind);
    if (rule === undefined) throw new TypeError(`the sample cluster has a ${kind}, which is not tracked`);
    graph.upsert(makeRecord(rule, { ...object, metadata: { ...object.metadata, resourceVersion: "1" } }));
  }
  const { bytes, resourceCount } = graph.read;
  return {
    name: "bytes a resource",
    unit: "bytes",
    better: "less",
    runs: [bytes / resourceCount],
    must: 400,
  };
}
