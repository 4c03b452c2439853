/** The times at which statuses and problems began. */
import { assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { ProblemType } from "../../src/graph/queries/problem.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { record, testKinds } from "../support/records.ts";

const [pod, plainClaim] = testKinds as [typeof testKinds[0], typeof testKinds[0]];
const claim = { ...plainClaim!, unusedWithout: "mounts" as const };
const kinds = testKinds.map((kind) => kind === plainClaim ? claim : kind);
const mounts = { references: [{ type: "mounts", kind: claim, namespace: "a", name: "data" }] } as const;

/** A graph with a clock that tests set, in seconds since 1970. */
class TimedGraph {
  now = 1_700_000_000;
  readonly graph = new Graph(kinds, () => this.now * 1000);

  constructor() {
    for (const kind of kinds) this.graph.setSynced(kind, true);
  }

  /** Writes a Pod, in namespace a by default. */
  upsert(name: string, given: Partial<ResourceRecord> = {}): void {
    this.graph.upsert(record({ kind: pod!, namespace: "a", name, uid: name, createdAt: 0, ...given }));
  }

  /** Returns, by uid, the seconds since its problem of a type began. */
  ages(type: ProblemType): Record<string, number> {
    const { read } = this.graph;
    const found = read.problems({ inactive: true }, () => false).filter((it) => it.type === type);
    return Object.fromEntries(found.map(({ row, since }) => [read.uid(row), this.now - since]));
  }
}

Deno.test("Graph, a status counts from when it was first seen", () => {
  const it = new TimedGraph();
  it.upsert("web", { status: "Error" });
  it.now += 10;
  it.upsert("web", { status: "Error", message: "more" });
  assertEquals(it.ages("error-status"), { web: 10 });
  it.upsert("web", { status: "Ready" });
  it.now += 10;
  it.upsert("web", { status: "Error" });
  it.now += 5;
  assertEquals(it.ages("error-status"), { web: 5 });
});

Deno.test("Graph, a missing target counts from when it was first referred to, or went away", () => {
  const it = new TimedGraph();
  it.upsert("web", mounts);
  it.now += 10;
  assertEquals(it.ages("unresolved-reference"), { web: 10 });
  it.upsert("data", { kind: claim });
  it.now += 10;
  it.graph.remove("data");
  it.now += 5;
  assertEquals(it.ages("unresolved-reference"), { web: 5 });
});

Deno.test("Graph, an unused claim counts from when it came, or lost what mounted it last", () => {
  const it = new TimedGraph();
  it.upsert("data", { kind: claim });
  it.now += 10;
  assertEquals(it.ages("unused-claim"), { data: 10 });
  it.upsert("web", mounts);
  it.now += 10;
  it.graph.remove("web");
  it.now += 5;
  assertEquals(it.ages("unused-claim"), { data: 5 });
});

Deno.test("Graph, an unused claim counts from when a selector selected it last", () => {
  const it = new TimedGraph();
  const selector = [{ key: "app", operator: "Exists", values: [] }] as const;
  it.upsert("set", { selectors: [{ type: "mounts", kind: claim, selector }] });
  it.upsert("data", { kind: claim, labels: [["app", "web"]] });
  it.now += 10;
  it.graph.remove("set");
  it.now += 5;
  assertEquals(it.ages("unused-claim"), { data: 5 });
});

Deno.test("Graph, a selector counts from when it was declared, or selected something last", () => {
  const it = new TimedGraph();
  const selector = [{ key: "app", operator: "Exists", values: [] }] as const;
  const selects = { selectors: [{ type: "selects", kind: pod!, selector, required: true }] } as const;
  it.upsert("service", selects);
  it.now += 10;
  assertEquals(it.ages("service-selects-nothing"), { service: 10 });
  it.upsert("web", { labels: [["app", "web"]] });
  it.now += 10;
  it.graph.remove("web");
  it.now += 5;
  it.upsert("service", { ...selects, message: "told again" });
  assertEquals(it.ages("service-selects-nothing"), { service: 5 });
});
