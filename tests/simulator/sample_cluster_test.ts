import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";

const now = Date.UTC(2026, 0, 1);
const cluster = Array.from(sampleCluster({ objects: 2_000, now }));
const keyOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
const ofKind = (kind: string) => cluster.filter((object) => object.kind === kind);

for (const objects of [0, 1, 150, 2_000, 5_000]) {
  Deno.test(`sampleCluster() gives exactly ${objects} objects`, () => {
    assertEquals(Array.from(sampleCluster({ objects, now })).length, objects);
  });
}

Deno.test("sampleCluster() repeats itself with its seed", () => {
  assertEquals(Array.from(sampleCluster({ objects: 500, seed: 3, now })), [
    ...sampleCluster({ objects: 500, seed: 3, now }),
  ]);
});

Deno.test("sampleCluster() differs with its seed", () => {
  const uid = (seed: number) => sampleCluster({ objects: 10, seed, now }).next().value?.metadata.uid;
  assertNotEquals(uid(1), uid(2));
});

Deno.test("sampleCluster() has objects of 19 kinds, all of them tracked", () => {
  const present = kinds.filter(({ kind }) => ofKind(kind).length > 0);
  const objects = present.flatMap(({ kind }) => ofKind(kind));
  assertEquals([present.length, objects.length], [19, cluster.length]);
});

Deno.test("sampleCluster() has some 40 namespaces for 2,000 objects", () => {
  assertEquals(ofKind("Namespace").length, 40);
});

Deno.test("sampleCluster() puts namespaced objects into namespaces that exist", () => {
  const namespaces = new Set(ofKind("Namespace").map(({ metadata }) => metadata.name));
  const namespaced = new Set(kinds.filter((kind) => kind.namespaced).map(({ kind }) => kind));
  const lost = cluster.filter(({ kind, metadata }) =>
    namespaced.has(kind) ? !namespaces.has(metadata.namespace ?? "") : metadata.namespace !== undefined
  );
  assertEquals(lost.map(keyOf), []);
});

Deno.test("sampleCluster() gives no key twice", () => {
  assertEquals(new Set(cluster.map(keyOf)).size, cluster.length);
});

Deno.test("sampleCluster() gives no uid twice", () => {
  assertEquals(new Set(cluster.map(({ metadata }) => metadata.uid)).size, cluster.length);
});

Deno.test("sampleCluster() names no owner that is not there", () => {
  const uids = new Map(cluster.map((object) => [object.metadata.uid, object]));
  const orphans = cluster.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid, kind, name }) => {
      const owner = uids.get(uid);
      return owner?.kind !== kind || owner.metadata.name !== name;
    })
  );
  assertEquals(orphans.map(keyOf), []);
});

Deno.test("sampleCluster() breaks a few Pods and not many", () => {
  const pods = ofKind("Pod");
  const broken = pods.filter(({ status }) =>
    status.phase !== "Succeeded" && !JSON.stringify(status.conditions).includes('"Ready","status":"True"')
  );
  const share = broken.length / pods.length;
  assert(share > 0.01 && share < 0.15, `${broken.length} of ${pods.length} Pods are broken`);
});

Deno.test("sampleCluster() weighs some 5 KB a Pod", () => {
  const pods = ofKind("Pod");
  const bytes = pods.reduce((sum, pod) => sum + JSON.stringify(pod).length, 0) / pods.length;
  assert(bytes > 3_500 && bytes < 6_000, `${bytes} bytes a Pod`);
});

Deno.test("sampleCluster() gives every Secret data that can leak", () => {
  const empty = ofKind("Secret").filter(({ data }) => Object.keys(data).length === 0);
  assertEquals(empty.map(keyOf), []);
});

Deno.test("sampleCluster() has a storage Secret for every release", () => {
  const releases = new Set<string>();
  for (const { metadata: { annotations = {} } } of cluster) {
    const name = annotations["meta.helm.sh/release-name"];
    if (name !== undefined) releases.add(`${annotations["meta.helm.sh/release-namespace"]}/${name}`);
  }
  const stored = new Set(
    ofKind("Secret").filter(({ type }) => type === "helm.sh/release.v1")
      .map(({ metadata }) => `${metadata.namespace}/${metadata.labels?.name}`),
  );
  assert(releases.size > 50, `${releases.size} releases`);
  assertEquals(Array.from(releases).sort(), Array.from(stored).sort());
});

Deno.test("sampleCluster() has a ConfigMap that several releases use", () => {
  const users = new Map<string, Set<string>>();
  for (const { metadata, spec } of ofKind("Deployment")) {
    for (const { configMap } of spec.template.spec.volumes) {
      if (configMap === undefined) continue;
      const key = `${metadata.namespace}/${configMap.name}`;
      users.set(key, (users.get(key) ?? new Set()).add(metadata.name));
    }
  }
  assert(Array.from(users.values()).some(({ size }) => size > 1));
});
