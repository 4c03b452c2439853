import { assertEquals } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import { PROBLEM_TYPES } from "../../../src/graph/queries/problem.ts";
import { makeRecord } from "../../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../../src/kinds/registry.ts";
import type { ResourceKind } from "../../../src/model/resource_kind.ts";
import { sampleCluster } from "../../../src/simulator/sample_cluster.ts";
import { Slicer } from "../../../src/graph/queries/slicer.ts";
import { STATUSES } from "../../../src/model/status.ts";
import { random } from "../../support/random.ts";

const SEED = 5;
const UNLIMITED = () => false;

interface Sample {
  readonly graph: Graph;
  readonly uids: string[];
}

/** Returns a sample cluster of which, an hour later, a part was removed and a part has failed. */
function brokenCluster(): Sample {
  let now = 1_700_000_000_000;
  const graph = new Graph(kinds, () => now);
  const next = random(SEED);
  const uids: string[] = [];
  for (const object of sampleCluster({ objects: 3_000, seed: SEED, now })) {
    const [, group = ""] = /^(?:(.*)\/)?/.exec(String(object.apiVersion)) ?? [];
    const kind = findKind(group, object.kind);
    if (!kind) continue;
    const uid = `uid-${uids.length}`;
    const record = makeRecord(kind, {
      ...object,
      metadata: { resourceVersion: "1", ...object.metadata, uid },
    });
    const status = next() < 0.02 ? STATUSES[Math.floor(next() * STATUSES.length)]! : record.status;
    graph.upsert({ ...record, status });
    uids.push(uid);
  }
  for (const uid of uids) if (next() < 0.2) graph.remove(uid);
  for (const kind of kinds) graph.setSynced(kind, true);
  const failed = findKind("", "Secret")!;
  graph.upsert(makeRecord(failed, storage("shop", "web", { revision: 3, status: "failed" })));
  now += 3_600_000;
  return { graph, uids: [...uids, "web.v3"] };
}

function storage(
  namespace: string,
  release: string,
  { revision, status }: { revision: number; status: string },
) {
  const labels = { owner: "helm", name: release, version: String(revision), status };
  const name = `sh.helm.release.v1.${release}.v${revision}`;
  return { metadata: { uid: `${release}.v${revision}`, namespace, name, labels } };
}

type IsLimited = (kind: ResourceKind, namespace: string) => boolean;

/** A clock that ends a slice at every reading, so that other tasks run between all rows. */
function alwaysOver(): Slicer {
  let now = 0;
  return new Slicer(() => now += 100);
}

async function counted({ graph }: Sample, isLimited: IsLimited) {
  return (await graph.read.countProblems(isLimited, alwaysOver())).problems;
}

function listed({ graph }: Sample, isLimited: IsLimited) {
  const problems = graph.read.problems({}, isLimited);
  return Object.fromEntries(
    PROBLEM_TYPES.map((type) => [type, problems.filter((it) => it.type === type).length]),
  );
}

Deno.test("GraphReader.countProblems() counts the problems that problems() lists", async () => {
  const sample = brokenCluster();
  assertEquals(await counted(sample, UNLIMITED), listed(sample, UNLIMITED));
});

Deno.test("GraphReader.countProblems() finds some of every type in a broken cluster", async () => {
  const counts = await counted(brokenCluster(), UNLIMITED);
  assertEquals(Object.values(counts).filter((count) => count === 0), []);
});

Deno.test("GraphReader.countProblems() leaves out targets that may exist outside of the followed scopes", async () => {
  const sample = brokenCluster();
  const isLimited: IsLimited = ({ kind }, namespace) => kind === "ConfigMap" || namespace < "m";
  assertEquals(await counted(sample, isLimited), listed(sample, isLimited));
});

Deno.test("GraphReader.countProblems() leaves out targets of kinds that are not synced", async () => {
  const sample = brokenCluster();
  for (const kind of kinds) if (kind.kind === "Secret") sample.graph.setSynced(kind, false);
  assertEquals(await counted(sample, UNLIMITED), listed(sample, UNLIMITED));
});

Deno.test("GraphReader.countProblems() counts nothing after everything is removed", async () => {
  const sample = brokenCluster();
  for (const uid of sample.uids) sample.graph.remove(uid);
  assertEquals(await sample.graph.read.countProblems(UNLIMITED, alwaysOver()), {
    problems: Object.fromEntries(PROBLEM_TYPES.map((type) => [type, 0])) as Awaited<
      ReturnType<typeof counted>
    >,
    causes: { error: 0, warning: 0 },
    unresolved: 0,
  });
});

Deno.test("GraphReader.problems() of the whole graph finds the same as a check of every resource", () => {
  const { read } = brokenCluster().graph;
  const namespaces = [...read.namespaces()].map((id) => read.text.text(id));
  const describe = (problems: ReturnType<typeof read.problems>) =>
    problems.filter(({ row }) => read.kind(row).namespaced)
      .map((it) => [it.type, it.severity, read.uid(it.row), it.since, read.problemMessage(it)].join(" "))
      .sort();
  const whole = describe(read.problems({}, UNLIMITED));
  assertEquals(whole, describe(read.problems({ namespaces }, UNLIMITED)));
  assertEquals(whole.length > 100, true);
});

Deno.test("GraphReader.visitProblems() tolerates resources that come and go between slices", async () => {
  const { graph, uids } = brokenCluster();
  const before = graph.read.problems({}, UNLIMITED).length;
  const next = random(SEED);
  let found = 0;
  const asked = { filter: {}, isLimited: UNLIMITED, slicer: alwaysOver() };
  await graph.read.visitProblems(asked, (problem) => {
    found++;
    assertEquals(graph.read.isThere(problem.row), true);
    graph.read.problemMessage(problem);
    queueMicrotask(() => graph.remove(uids[Math.floor(next() * uids.length)]!));
  });
  assertEquals(found > before / 2 && found <= before * 2, true);
});

Deno.test("GraphReader.countProblems() counts the causes that causes() lists", async () => {
  const { read } = brokenCluster().graph;
  const causes = await read.causes({ filter: {}, isLimited: UNLIMITED, slicer: alwaysOver() });
  const counts = (await read.countProblems(UNLIMITED, alwaysOver())).causes;
  const listed = (wanted: string) => causes.filter(({ severity }) => severity === wanted).length;
  assertEquals(counts, { error: listed("error"), warning: listed("warning") });
  assertEquals(counts.error > 10 && counts.warning > 10, true);
});
