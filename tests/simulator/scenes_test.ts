import { assertEquals } from "@std/assert";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { isHealthy } from "../../src/simulator/living/cluster.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";

const now = Date.UTC(2026, 0, 1);
const inPlatform = (objects: Iterable<KubeObject>) =>
  Array.from(objects).filter(({ metadata }) => metadata.namespace === "platform");
const platform = inPlatform(sampleCluster({ objects: 2_000, now }));
const deployment = (name: string) =>
  platform.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name) as KubeObject;

Deno.test("makeScenes() has a failed Helm upgrade as the newest revision of its release", () => {
  const revisions = platform.filter(({ type, metadata }) =>
    type === "helm.sh/release.v1" && metadata.labels?.["name"] === "platform-registry"
  ).map(({ metadata: { labels = {} } }) => [Number(labels["version"]), labels["status"]]);
  const newest = revisions.sort(([a = 0], [b = 0]) => Number(b) - Number(a))[0];
  assertEquals(newest, [revisions.length, "failed"]);
});

Deno.test("makeScenes() has Pods on the node that does not answer", () => {
  const pods = platform.filter(({ kind, spec }) => kind === "Pod" && spec.nodeName === "node-spot-1");
  assertEquals(pods.map(({ status }) => status.containerStatuses[0].ready), [false, false]);
});

Deno.test("makeScenes() has a quota and a webhook that keep Pods from being created", () => {
  const messages = ["platform-reports", "platform-previews"].map((name) => {
    const { reason, message } = deployment(name).status.conditions.find(({ type }: { type: string }) =>
      type === "ReplicaFailure"
    );
    return [reason, /exceeded quota: compute|failed calling webhook/.exec(message)?.[0]];
  });
  assertEquals(messages, [["FailedCreate", "exceeded quota: compute"], [
    "FailedCreate",
    "failed calling webhook",
  ]]);
});

Deno.test("makeScenes() leaves no Deployment with a fault healthy, so that the living cluster keeps it", () => {
  const healthy = platform.filter((object) => object.kind === "Deployment" && isHealthy(object));
  assertEquals(healthy.map(({ metadata }) => metadata.name), []);
});

Deno.test("makeScenes() is left out of small and of healthy clusters", () => {
  assertEquals(inPlatform(sampleCluster({ objects: 400, now })), []);
  assertEquals(inPlatform(sampleCluster({ objects: 2_000, now, healthy: true })), []);
});
