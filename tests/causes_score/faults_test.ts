import { assertEquals } from "@std/assert";
import { Api, NOW } from "../http/api.ts";
import type { KubeObject } from "../http/objects.ts";
import { FaultyCluster } from "./faulty_cluster.ts";
import { FAULTS } from "./faults.ts";
import { groupingsOf, type InjectedFault, type ProblemEntry } from "./groupings.ts";

const aCluster = (seed = 1) => new FaultyCluster({ objects: 1_000, seed, now: NOW });

async function problemsOf(cluster: FaultyCluster): Promise<ProblemEntry[]> {
  const api = new Api(cluster.objects() as Iterable<KubeObject>);
  api.clock.advance(20 * 60_000);
  return await api.get("/api/v1/problems");
}

Deno.test("FaultyCluster has no problem before a fault is injected", async () => {
  assertEquals(await problemsOf(aCluster()), []);
});

for (const [kind, inject] of Object.entries(FAULTS)) {
  Deno.test(`The fault ${kind} makes problems, and claims all of them`, async () => {
    const cluster = aCluster();
    const faults: InjectedFault[] = [inject(cluster) ?? []].flat().map((fault) => ({ kind, ...fault }));
    const problems = await problemsOf(cluster);
    const { unexplained } = groupingsOf({ problems, causes: [], faults });
    assertEquals([faults.length > 0, problems.length > 0, unexplained], [true, true, []]);
  });
}

Deno.test("FaultyCluster repeats its faults with its seed", () => {
  const rootsOf = (seed: number) => {
    const cluster = aCluster(seed);
    return Object.values(FAULTS).flatMap((inject) => inject(cluster) ?? []).map(({ root }) => root);
  };
  assertEquals(rootsOf(3), rootsOf(3));
});

Deno.test("FaultyCluster lets no two faults claim the same object", () => {
  const cluster = aCluster();
  const claims = [...Object.values(FAULTS), ...Object.values(FAULTS)]
    .flatMap((inject) => inject(cluster) ?? [])
    .flatMap(({ claims }) => claims.map((key) => JSON.stringify(key)));
  assertEquals(claims.length, new Set(claims).size);
});
