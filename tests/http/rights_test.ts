/**
 * What does not exist for an asker. The oracle is a server whose graph never had the hidden objects, and which
 * knows that it does not follow all resources of the scopes that are hidden.
 */
import { assertEquals } from "@std/assert";
import type { Asker } from "../../src/access/access.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { apiVersionOf, type ResourceKind } from "../../src/model/resource_kind.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { differences, everyAnswer, everyPath } from "../support/every_answer.ts";
import { random } from "../support/random.ts";
import { NAMESPACES, RandomObjects, RELEASES } from "../support/random_objects.ts";
import { Api, NOW } from "./api.ts";
import type { KubeObject } from "../support/naive_reading.ts";

const SEEDS = Number(Deno.env.get("RIGHTS_SEEDS") ?? 6);

interface World {
  readonly objects: readonly KubeObject[];
  readonly namespaces: readonly string[];
  readonly releases: readonly string[];
}

/** Objects of all kinds with references at random, as a real API server would accept them. */
function randomWorld(seed: number): World {
  const next = random(seed);
  const present = new Map<string, KubeObject>();
  const generator = new RandomObjects(next, present);
  for (let i = 0; i < 300; i++) {
    const rule = generator.pick(kinds);
    const { name, namespace } = generator.key(rule.kind);
    present.set(`${rule.kind} ${namespace} ${name}`, {
      apiVersion: apiVersionOf(rule),
      kind: rule.kind,
      metadata: {
        name,
        namespace,
        uid: `00000000-0000-4000-8000-${1e11 + i}`,
        resourceVersion: `${i}`,
        creationTimestamp: new Date(NOW).toISOString(),
        ...generator.metadata(namespace),
      },
      ...generator.body(rule.kind, { name, namespace: namespace ?? "" }),
    });
  }
  const releases = NAMESPACES.flatMap((namespace) => RELEASES.map((name) => `${namespace}/${name}`));
  return { objects: [...present.values()], namespaces: NAMESPACES, releases };
}

/** A cluster with faults in it. */
function sampleWorld(seed: number): World {
  const objects: KubeObject[] = [...sampleCluster({ objects: 1_000, seed, now: NOW })];
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))].slice(0, 4);
  const releases = new Set(objects.flatMap(({ metadata: { namespace, annotations } }) => {
    const name = annotations?.["meta.helm.sh/release-name"];
    return name === undefined ? [] : [`${namespace}/${name}`];
  }));
  return { objects, namespaces, releases: [...releases].slice(0, 4) };
}

/** Permits most kinds in most namespaces. */
function randomPermits(seed: number): (kind: ResourceKind, namespace: string) => boolean {
  const next = random(seed);
  const share = 0.3 + 0.6 * next();
  const verdicts = new Map<string, boolean>();
  return ({ kind }, namespace) => {
    const key = `${kind} ${namespace}`;
    if (!verdicts.has(key)) verdicts.set(key, next() < share);
    return verdicts.get(key)!;
  };
}

async function compare({ objects, namespaces, releases }: World, seed: number): Promise<void> {
  const permits = randomPermits(seed);
  const kindOf = (object: KubeObject) =>
    kinds.find((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion)!;
  const isVisible = (object: KubeObject) => permits(kindOf(object), object.metadata.namespace ?? "");
  const ask = (): Asker => {
    const graph = full.graph.read.seenBy({ permits, extentOf: () => "some" });
    return { name: "somebody", graph, rights: "some", namespaces: [] };
  };
  const access = { mode: "kubernetes" as const, ask, mayReadMetrics: () => Promise.resolve(true) };
  const full: Api = new Api(objects, { access });
  const oracle = new Api(objects.filter(isVisible), {
    isLimited: (kind, namespace) => !permits(kind, namespace),
  });
  const hidden = objects.filter((object) => !isVisible(object));
  const seen = objects.filter(isVisible);
  const few = (list: readonly KubeObject[]) => list.filter((_, i) => i % Math.ceil(list.length / 25) === 0);
  const subjects = [...few(hidden), ...few(seen)];
  const paths = everyPath({
    uids: subjects.map(({ metadata }) => metadata.uid ?? ""),
    namespaces,
    releases,
    targets: subjects.map(({ kind, metadata: { name, namespace = "" } }) => ({ kind, namespace, name })),
  });
  const headers = { authorization: "Bearer token" };
  assertEquals(
    differences(
      await everyAnswer((path) => full.request(path, { headers }), paths),
      await everyAnswer((path) => oracle.request(path), paths),
    ),
    [],
  );
}

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`Every answer, is that about a cluster without what is hidden (random objects, seed ${seed})`, async () => {
    await compare(randomWorld(seed), seed);
  });

  Deno.test(`Every answer, is that about a cluster without what is hidden (sample cluster, seed ${seed})`, async () => {
    await compare(sampleWorld(seed), seed + 1_000);
  });
}
