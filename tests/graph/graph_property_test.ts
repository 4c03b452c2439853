/**
 * Random writes in random order, compared with a model that knows only the final records. The graph must
 * equal the model's reading of these.
 */
import { assert, assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { kindName, type ResourceKind } from "../../src/model/resource_kind.ts";
import { NaiveGraph } from "../support/naive_graph.ts";
import { readEverything } from "../support/reading_listener.ts";
import { randomWriter } from "../support/random_writes.ts";
import { testKinds } from "../support/records.ts";

/** Two of the kinds are unused without a relation. */
const kinds = testKinds.map((kind): ResourceKind => {
  if (kind.kind === "Pod") return { ...kind, unusedWithout: "selects" };
  return kind.kind === "Claim" ? { ...kind, unusedWithout: "mounts" } : kind;
});

for (let seed = 1; seed <= 60; seed++) {
  Deno.test(`Graph, has the graph of the final records after random writes (seed ${seed})`, () => {
    const graph = new Graph(kinds, () => 1_700_000_000_000);
    const naive = new NaiveGraph();
    const write = randomWriter(seed, { kinds });
    for (let step = 0; step < 200; step++) {
      write([graph, naive]);
      assertEquals(graph.validate(), []);
      if (step % 20 === 19) assertEquals(describe(graph), naive.describe());
    }

    for (const gone of naive.uids()) {
      graph.remove(gone);
      naive.remove(gone);
    }
    assertEquals(describe(graph), naive.describe());
    assertEquals(graph.validate(), []);
    assertEquals(graph.read.usage, new Graph(kinds).read.usage);
  });
}

for (let seed = 1; seed <= 40; seed++) {
  Deno.test(`Graph, follows kinds that come and go (seed ${seed})`, () => {
    const graph = new Graph(kinds, () => 1_700_000_000_000);
    const copy = new Copy(graph);
    const naive = new NaiveGraph();
    const write = randomWriter(seed, { kinds, customKinds: true });
    for (let step = 0; step < 200; step++) {
      write([graph, naive]);
      copy.update();
      assertEquals(graph.validate(), []);
      if (step % 5 !== 4) continue;
      const described = describe(graph);
      assertEquals(described, naive.describe());
      assertEquals(copy.relations, described.relations);
    }
  });
}

for (let seed = 101; seed <= 110; seed++) {
  Deno.test(`Graph, is not changed by listeners that read (seed ${seed})`, () => {
    const graph = new Graph(kinds, () => 1_700_000_000_000);
    const naive = new NaiveGraph();
    const write = randomWriter(seed, { kinds });
    const listener = readEverything(graph);
    graph.listen(listener);
    for (let step = 0; step < 100; step++) {
      write([graph, naive]);
      assertEquals(graph.validate(), []);
    }
    assertEquals(describe(graph), naive.describe());
    assert(listener.heard > 100);
  });
}

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`Graph.listen(), lets a listener maintain a copy (seed ${seed})`, () => {
    const graph = new Graph(kinds, () => 1_700_000_000_000);
    const copy = new Copy(graph);
    const write = randomWriter(seed, { kinds });
    for (let step = 0; step < 200; step++) {
      write([graph]);
      copy.update();
      const { read } = graph;
      const rows = [...read.select({ inactive: true })];
      assertEquals(
        copy.resources,
        rows.map((row) => describeResource(graph, row, read.namedRelease(row))).sort(),
      );
      assertEquals(copy.relations, describe(graph).relations);
    }
  });
}

/** Maintains a copy of the graph. It reads again only those resources that it is notified of. */
class Copy {
  readonly #graph: Graph;
  readonly #resources = new Map<string, string>();
  readonly #relations = new Map<string, readonly string[]>();
  readonly #heard = new Set<string>();
  readonly #heardPairs = new Set<string>();

  constructor(graph: Graph) {
    const { read } = graph;
    this.#graph = graph;
    graph.listen({
      resourceChanged: (row) => this.#heard.add(read.uid(row)),
      resourceLeaving: (row) => this.#heard.add(read.uid(row)),
      relationChanged: (from, to) => this.#heardPairs.add(`${read.uid(from)} ${read.uid(to)}`),
    });
  }

  update(): void {
    const { read } = this.#graph;
    for (const uid of this.#heard) {
      const row = read.find(uid);
      if (row === undefined) this.#resources.delete(uid);
      else this.#resources.set(uid, describeResource(this.#graph, row, read.namedRelease(row)));
    }
    for (const pair of this.#heardPairs) {
      const [from, to] = pair.split(" ").map((uid) => read.find(uid));
      const types: string[] = [];
      if (from !== undefined && to !== undefined) {
        read.forEachTarget(from, (type, target) => {
          if (target === to) types.push(pair.replace(" ", ` ${RELATION_TYPES[type]} `));
        });
      }
      this.#relations.set(pair, types);
    }
    this.#heard.clear();
    this.#heardPairs.clear();
  }

  get resources(): string[] {
    return [...this.#resources.values()].sort();
  }

  get relations(): string[] {
    return [...this.#relations.values()].flat().sort();
  }
}

function describe(graph: Graph) {
  const { read } = graph;
  const resources: string[] = [];
  const relations: string[] = [];
  const unresolved: string[] = [];
  for (const row of read.select({ inactive: true })) {
    resources.push(describeResource(graph, row, read.release(row)));
    read.forEachRelation(row, (type, from, to) => {
      relations.push(`${read.uid(from)} ${RELATION_TYPES[type]} ${read.uid(to)}`);
    });
    read.forEachReference(row, ({ type, active, named }) => {
      if (active || !named) return;
      const [namespace, name] = [read.text.text(named.namespace), read.text.text(named.name)];
      const key = `${kindName(read.kinds[named.kind]!)} ${namespace}/${name}${
        named.replaced ? " replaced" : ""
      }`;
      unresolved.push(`${read.uid(row)} ${RELATION_TYPES[type]} ${key}`);
    });
  }
  return {
    count: read.resourceCount,
    relationCount: read.relationCount,
    resources: resources.sort(),
    relations: relations.sort(),
    unresolved: unresolved.sort(),
  };
}

function describeResource({ read }: Graph, row: number, release: number | undefined): string {
  const labels: string[] = [];
  const set = read.labelSet(row);
  for (let i = 0; i < read.labelCount(set); i++) {
    labels.push(`${read.text.text(read.labelKey(set, i))}=${read.text.text(read.labelValue(set, i))}`);
  }
  return JSON.stringify([
    read.uid(row),
    kindName(read.kind(row)),
    read.text.text(read.namespace(row)),
    read.text.text(read.name(row)),
    read.status(row),
    read.text.text(read.message(row)),
    labels,
    release === undefined
      ? null
      : [read.releaseNamespace(release), read.releaseName(release)].map((id) => read.text.text(id)),
  ]);
}
