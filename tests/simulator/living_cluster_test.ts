import { assert, assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { Cluster, isHealthy, type Steps } from "../../src/simulator/living/cluster.ts";
import { crashLoop } from "../../src/simulator/living/crash_loop.ts";
import { cron } from "../../src/simulator/living/cron.ts";
import { life } from "../../src/simulator/living/life.ts";
import { missingConfigMap } from "../../src/simulator/living/missing_config_map.ts";
import { pendingClaim } from "../../src/simulator/living/pending_claim.ts";
import { rollout } from "../../src/simulator/living/rollout.ts";
import { scaling } from "../../src/simulator/living/scaling.ts";
import type { Story } from "../../src/simulator/living/story.ts";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { ObjectStore } from "../../src/simulator/object_store.ts";
import { Random } from "../../src/simulator/random.ts";
import { Scene } from "../../src/simulator/sample/scene.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";

const time = Date.UTC(2026, 0, 1);
const now = () => time;

function aStore(): ObjectStore {
  const store = new ObjectStore(kinds, { seed: 1, history: 20_000, now });
  store.fill(sampleCluster({ objects: 1_000, now: time }));
  return store;
}

function aCluster(store = aStore(), seed = 1): Cluster {
  return new Cluster(store, new Scene(new Random(seed), { nodes: 10, now }));
}

function subjectOf(story: Story, { store }: Cluster): KubeObject {
  const subject = store.list(story.about).find((object) => story.suits(object));
  if (subject === undefined) throw new Error(`no ${story.about} suits the story`);
  return subject;
}

function again(cluster: Cluster, { kind, metadata: { namespace = "", name } }: KubeObject): KubeObject {
  const object = cluster.store.get(kind, namespace, name);
  if (object === undefined) throw new Error(`${kind} ${namespace}/${name} is gone`);
  return object;
}

/** Tells the story to its end, and says what it saw on the way. */
function tell(steps: Steps, see: () => string = () => ""): Set<string> {
  const seen = new Set<string>();
  for (let { done } = steps.next(); !done; { done } = steps.next()) seen.add(see());
  return seen;
}

function podStates({ store }: Cluster, { metadata, spec }: KubeObject): string {
  const pods = store.select("Pod", metadata.namespace ?? "", spec.selector.matchLabels);
  return pods.map(({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason ?? status.phase).join(
    " ",
  );
}

const seenIn = (seen: Set<string>, what: string) => Array.from(seen).some((text) => text.includes(what));

Deno.test("rollout ends healthy, with every Pod of a new ReplicaSet", () => {
  const cluster = aCluster();
  const before = subjectOf(rollout, cluster);
  const old = new Set(cluster.replicaSetsOf(before).map(({ metadata }) => metadata.name));
  tell(rollout.tell(cluster, subjectOf(rollout, cluster)));
  const after = again(cluster, before);
  const running = cluster.replicaSetsOf(after).filter(({ spec }) => spec.replicas > 0);
  assertEquals(running.map(({ metadata, spec }) => [old.has(metadata.name), spec.replicas]), [
    [false, before.spec.replicas],
  ]);
  assertEquals([isHealthy(after), cluster.podsOf(running[0] as KubeObject).length], [
    true,
    before.spec.replicas,
  ]);
});

Deno.test("rollout replaces the Pods step by step", () => {
  const cluster = aCluster();
  const subject = cluster.store.list("Deployment").find((object) =>
    rollout.suits(object) && object.spec.replicas > 2
  ) as KubeObject;
  const least = subject.spec.replicas;
  const seen = tell(
    rollout.tell(cluster, subject),
    () => String(cluster.replicaSetsOf(subject).flatMap((set) => cluster.podsOf(set)).length),
  );
  assertEquals(Array.from(seen).sort(), [String(least), String(least + 1)]);
});

Deno.test("rollout updates the EndpointSlices", () => {
  const cluster = aCluster();
  const { store } = cluster;
  const slice = store.list("EndpointSlice").find(({ metadata }) => {
    const deployment = store.get(
      "Deployment",
      metadata.namespace ?? "",
      metadata.labels?.["app.kubernetes.io/instance"] ?? "",
    );
    return deployment !== undefined && rollout.suits(deployment);
  }) as KubeObject;
  const name = slice.metadata.labels?.["app.kubernetes.io/instance"] ?? "";
  const deployment = store.get("Deployment", slice.metadata.namespace ?? "", name) as KubeObject;
  tell(rollout.tell(cluster, deployment));
  const targets = again(cluster, slice).endpoints.map(({ targetRef }: KubeObject) => targetRef.uid);
  const pods = cluster.replicaSetsOf(deployment).flatMap((set) => cluster.podsOf(set));
  assertEquals(targets.sort(), pods.map(({ metadata }) => metadata.uid).sort());
});

Deno.test("crashLoop shows CrashLoopBackOff and ends healthy", () => {
  const cluster = aCluster();
  const subject = subjectOf(crashLoop, cluster);
  const seen = tell(crashLoop.tell(cluster, subject), () => podStates(cluster, subject));
  assertEquals([seenIn(seen, "CrashLoopBackOff"), isHealthy(again(cluster, subject))], [true, true]);
});

Deno.test("missingConfigMap shows CreateContainerConfigError while the ConfigMap is missing", () => {
  const cluster = aCluster();
  const subject = subjectOf(missingConfigMap, cluster);
  const [{ configMapRef }] = subject.spec.template.spec.containers[0].envFrom;
  const find = () => cluster.store.get("ConfigMap", subject.metadata.namespace ?? "", configMapRef.name);
  const uid = find()?.metadata.uid;
  const seen = tell(
    missingConfigMap.tell(cluster, subject),
    () => `${find() === undefined ? "away" : "there"} ${podStates(cluster, subject)}`,
  );
  assert(
    Array.from(seen).some((text) => text.startsWith("away") && text.includes("CreateContainerConfigError")),
  );
  assertEquals([find()?.metadata.uid === uid, isHealthy(again(cluster, subject))], [false, true]);
});

Deno.test("pendingClaim shows a Pending claim that becomes Bound", () => {
  const cluster = aCluster();
  const subject = subjectOf(pendingClaim, cluster);
  const name = `data-${subject.metadata.name}-${subject.spec.replicas}`;
  const seen = tell(
    pendingClaim.tell(cluster, subject),
    () => cluster.store.get("PersistentVolumeClaim", subject.metadata.namespace ?? "", name)?.status.phase,
  );
  assert(seenIn(new Set(Array.from(seen).map(String)), "Pending") && seen.has("Bound"));
});

Deno.test("pendingClaim leaves no claim and no volume behind", () => {
  const cluster = aCluster();
  const { store } = cluster;
  const count =
    () => [store.collection("PersistentVolumeClaim").size, store.collection("PersistentVolume").size];
  const before = count();
  tell(pendingClaim.tell(cluster, subjectOf(pendingClaim, cluster)));
  assertEquals(count(), before);
});

Deno.test("scaling ends healthy with another number of Pods", () => {
  const cluster = aCluster();
  const before = subjectOf(scaling, cluster);
  tell(scaling.tell(cluster, subjectOf(scaling, cluster)));
  const after = again(cluster, before);
  assertEquals([isHealthy(after), after.spec.replicas === before.spec.replicas], [true, false]);
});

Deno.test("cron runs a Job to its end and cleans old ones up", () => {
  const cluster = aCluster();
  const subject = subjectOf(cron, cluster);
  const jobs = () =>
    cluster.store.list("Job", subject.metadata.namespace).filter(({ metadata }) =>
      metadata.ownerReferences?.[0]?.uid === subject.metadata.uid
    );
  const before = new Set(jobs().map(({ metadata }) => metadata.name));
  tell(cron.tell(cluster, subject));
  const fresh = jobs().filter(({ metadata }) => !before.has(metadata.name));
  assertEquals([jobs().length, fresh.map(({ status }) => status.succeeded)], [3, [1]]);
});

for (const kind of ["ReplicaSet", "Pod", "ConfigMap", "PersistentVolumeClaim", "PersistentVolume", "Job"]) {
  Deno.test(`life creates and deletes a ${kind}`, () => {
    const cluster = aCluster();
    const { log } = cluster.store.collection(kind);
    const start = log.end;
    const steps = life(cluster);
    for (let change = 0; change < 2_000; change++) steps.next();
    const types = new Set<string>();
    for (let at = start; at < log.end; at++) types.add(log.at(at)?.type ?? "");
    assertEquals([types.has("ADDED"), types.has("DELETED")], [true, true]);
  });
}

Deno.test("life yields after each change", () => {
  const cluster = aCluster();
  const steps = life(cluster);
  const before = cluster.store.revision;
  for (let change = 0; change < 300; change++) steps.next();
  assertEquals(cluster.store.revision - before, 300);
});

Deno.test("life repeats with the same seed", () => {
  const [one, other] = [1, 1].map(() => {
    const store = aStore();
    const steps = life(aCluster(store));
    for (let change = 0; change < 300; change++) steps.next();
    return store.list("Pod");
  });
  assertEquals(one, other);
});

Deno.test("life leaves no object with a missing owner", () => {
  const store = aStore();
  const steps = life(aCluster(store));
  for (let change = 0; change < 3_000; change++) steps.next();
  const objects = kinds.flatMap(({ kind }) => store.list(kind));
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const orphans = objects.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => !uids.has(uid))
  );
  assertEquals(orphans.map(({ metadata }) => metadata.name), []);
});

Deno.test("life does not let the cluster grow without limit", () => {
  const store = aStore();
  const count = () => Array.from(store.collections).reduce((sum, { size }) => sum + size, 0);
  const before = count();
  const steps = life(aCluster(store));
  for (let change = 0; change < 6_000; change++) steps.next();
  assert(count() < before * 1.25, `${before} objects have become ${count()}`);
});

Deno.test("livingCluster() makes the given number of changes a second, and ends with the signal", async () => {
  const store = aStore();
  const before = store.revision;
  const stop = new AbortController();
  let passed = 0;
  const wait = (milliseconds: number) => {
    passed += milliseconds;
    if (passed > 10_000) stop.abort();
    return Promise.resolve();
  };
  await livingCluster({ store, signal: stop.signal, changesPerSecond: 40, wait, now });
  assertEquals(store.revision - before, 400);
});

Deno.test("livingCluster() ends while it waits", async () => {
  const stop = new AbortController();
  const living = livingCluster({ store: aStore(), signal: stop.signal, changesPerSecond: 0.001, now });
  stop.abort();
  await living;
});
