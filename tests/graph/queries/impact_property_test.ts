import { assertEquals } from "@std/assert";
import type { Graph } from "../../../src/graph/graph.ts";
import { RELATION_TYPES } from "../../../src/model/relation.ts";
import { sampleCluster } from "../../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "../../http/api.ts";
import { type NaiveEdge, naiveImpact, type NaiveNode } from "../../support/naive_impact.ts";
import { random } from "../../support/random.ts";

const STARTS = 60;

function readNaively({ read }: Graph): { nodes: NaiveNode[]; edges: NaiveEdge[] } {
  const nodes: NaiveNode[] = [];
  const edges: NaiveEdge[] = [];
  for (const row of read.select({ inactive: true })) {
    nodes.push({
      uid: read.uid(row),
      kind: read.kind(row).kind,
      namespace: read.text.text(read.namespace(row)),
      name: read.text.text(read.name(row)),
      status: read.status(row),
      isOver: read.isIdle(row) || read.isFinished(row),
      isFinished: read.isFinished(row),
    });
    read.forEachRelation(row, (type, from, to) => {
      const { optional } = read.evidence({ type, from, to });
      edges.push({ type: RELATION_TYPES[type]!, from: read.uid(from), to: read.uid(to), optional });
    });
  }
  return { nodes, edges };
}

for (const seed of [1, 2, 3]) {
  Deno.test(`GraphReader.impact() equals a naive reading of the contract's table, seed ${seed}`, () => {
    const { graph } = new Api(sampleCluster({ objects: 400, now: NOW, seed }));
    const { read } = graph;
    const next = random(seed);
    const { nodes, edges } = readNaively(graph);
    const idle = new Set(nodes.filter(({ uid }) => read.isIdle(read.find(uid)!)).map(({ uid }) => uid));
    let affected = 0;
    for (let i = 0; i < STARTS; i++) {
      const { uid, kind, name } = nodes[Math.floor(next() * nodes.length)]!;
      const impact = read.impact(read.find(uid)!);
      const found = Array.from(impact.affected, ([row, { effect }]) => `${read.uid(row)} ${effect}`).sort();
      const expected = [...naiveImpact(uid, nodes, edges)].filter(([it]) => !idle.has(it))
        .map(([it, effect]) => `${it} ${effect}`).sort();
      assertEquals(found, expected, `${kind} ${name}`);
      affected += found.length;
    }
    assertEquals(affected > STARTS, true);
  });
}
