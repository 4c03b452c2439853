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

Deno.test("sampleCluster() repeats with the same seed", () => {
  assertEquals(Array.from(sampleCluster({ objects: 500, seed: 3, now })), [
    ...sampleCluster({ objects: 500, seed: 3, now }),
  ]);
});

Deno.test("sampleCluster() differs with another seed", () => {
  const uid = (seed: number) => sampleCluster({ objects: 10, seed, now }).next().value?.metadata.uid;
  assertNotEquals(uid(1), uid(2));
});

Deno.test("sampleCluster() has objects of every kind, all of them tracked", () => {
  const present = kinds.filter(({ kind }) => ofKind(kind).length > 0);
  const objects = present.flatMap(({ kind }) => ofKind(kind));
  assertEquals([present.length, objects.length], [kinds.length, cluster.length]);
});

Deno.test("sampleCluster() has some 40 namespaces for 2,000 objects", () => {
  const { length } = ofKind("Namespace");
  assert(length >= 35 && length <= 45, `${length}`);
});

Deno.test("sampleCluster() puts namespaced objects into namespaces that exist", () => {
  const namespaces = new Set(ofKind("Namespace").map(({ metadata }) => metadata.name));
  const namespaced = new Set(kinds.filter((kind) => kind.namespaced).map(({ kind }) => kind));
  const lost = cluster.filter(({ kind, metadata }) =>
    namespaced.has(kind) ? !namespaces.has(metadata.namespace ?? "") : metadata.namespace !== undefined
  );
  assertEquals(lost.map(keyOf), []);
});

// The largest cluster that the demo promises has 10,000 nodes, whose Pods come first: 20,000 names of two owners.
for (const [objects, checked] of [[2_000, 2_000], [10_000, 10_000], [1_000_000, 25_000]] as const) {
  Deno.test(`sampleCluster() of ${objects} objects gives no key and no uid twice among ${checked}`, () => {
    const keys = new Set<string>();
    const uids = new Set<unknown>();
    for (const object of sampleCluster({ objects, now }).take(checked)) {
      keys.add(keyOf(object));
      uids.add(object.metadata.uid);
    }
    assertEquals([keys.size, uids.size], [checked, checked]);
  });
}

Deno.test("sampleCluster() gives only names that Kubernetes accepts", () => {
  const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  const refused = cluster.filter(({ metadata: { name, labels = {} } }) =>
    !/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(name) ||
    !label.test(labels["app.kubernetes.io/instance"] ?? "none")
  );
  assertEquals(refused.map(keyOf), []);
});

Deno.test("sampleCluster() has few release names that exist in several namespaces", () => {
  const namespaces = new Map<string, Set<unknown>>();
  for (const { metadata: { namespace, annotations = {} } } of cluster) {
    const release = annotations["meta.helm.sh/release-name"];
    if (release === undefined) continue;
    namespaces.set(release, (namespaces.get(release) ?? new Set()).add(namespace));
  }
  const ambiguous = Array.from(namespaces).filter(([, { size }]) => size > 1).map(([release]) => release);
  assertEquals(ambiguous.sort(), ["mailer", "postgresql", "redis"]);
});

Deno.test("sampleCluster() breaks the release partners/mailer, which the documentation asks for", () => {
  const ofRelease = cluster.filter(({ metadata: { annotations = {} } }) =>
    annotations["meta.helm.sh/release-namespace"] === "partners" &&
    annotations["meta.helm.sh/release-name"] === "mailer"
  );
  const deployment = ofRelease.find(({ kind }) => kind === "Deployment") as KubeObject;
  assertEquals(deployment.status.readyReplicas, undefined);
  const [{ configMapRef }] = deployment.spec.template.spec.containers[0].envFrom;
  const exists = ofKind("ConfigMap").some(({ metadata }) =>
    metadata.namespace === "partners" && metadata.name === configMapRef.name
  );
  assertEquals([configMapRef.name, exists], ["mailer-features", false]);
});

Deno.test("sampleCluster() names only owners that exist", () => {
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

Deno.test("sampleCluster() needs about 5 KB for a Pod", () => {
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
