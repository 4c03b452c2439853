import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { configMap } from "../../src/kinds/config_map.ts";
import { deployment } from "../../src/kinds/deployment.ts";
import { endpointSlice } from "../../src/kinds/endpoint_slice.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { persistentVolume } from "../../src/kinds/persistent_volume.ts";
import { pod } from "../../src/kinds/pod.ts";
import { secret } from "../../src/kinds/secret.ts";
import { service } from "../../src/kinds/service.ts";
import { storageClass } from "../../src/kinds/storage_class.ts";
import { describeReference, fixture } from "./kind_cases.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

Deno.test("makeRecord(), reads the identity", async () => {
  const { kind, uid, namespace, name, resourceVersion, createdAt } = makeRecord(
    pod,
    await fixture("Pod", "ready"),
  );
  assertEquals({ kind, uid, namespace, name, resourceVersion, createdAt }, {
    kind: pod,
    uid: "6f1c1000-2b7d-4c3e-9a51-8d0e4f7b2000",
    namespace: "shop",
    name: "web-7c9d5f6b8-x2x4q",
    resourceVersion: "8096",
    createdAt: Date.UTC(2026, 2, 2, 10, 11, 12) / 1000,
  });
});

Deno.test("makeRecord(), gives a cluster-scoped resource no namespace", () => {
  const object = { metadata: { name: "fast", uid: "u-1", namespace: "shop" } };
  assertEquals(makeRecord(storageClass, object).namespace, "");
});

Deno.test("makeRecord(), takes an unreadable creation time for none", () => {
  const object = { metadata: { name: "fast", uid: "u-1", creationTimestamp: "yesterday" } };
  assertEquals(makeRecord(storageClass, object).createdAt, 0);
});

for (const time of ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]) {
  Deno.test(`makeRecord(), takes ${time} for no creation time, since the graph cannot hold it`, () => {
    const object = { metadata: { name: "fast", uid: "u-1", creationTimestamp: time } };
    assertEquals(makeRecord(storageClass, object).createdAt, 0);
  });
}

Deno.test("makeRecord(), has one reference for a uid that goes by two names", () => {
  const owner = (name: string) => ({ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid: "u-2" });
  const metadata = { namespace: "shop", name: "web", uid: "u-1", ownerReferences: [owner("a"), owner("b")] };
  const { references } = makeRecord(configMap, { metadata });
  assertEquals(references.map(({ type, uid }) => [type, uid]), [["owns", "u-2"]]);
});

Deno.test("makeRecord(), knows a target by its uid alone", () => {
  const metadata = { namespace: "shop", name: "web", uid: "u-1" };
  const endpoints = [{ targetRef: { kind: "Pod", uid: "u-2" } }];
  const { references } = makeRecord(endpointSlice, { metadata, endpoints });
  assertEquals(references.map(({ type, uid }) => [type, uid]), [["selects", "u-2"]]);
});

Deno.test("makeRecord(), sorts labels by key", () => {
  const labels = { tier: "front", app: "web", "10": "ten", "9": "nine" };
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", labels } };
  assertEquals(makeRecord(configMap, object).labels, [
    ["10", "ten"],
    ["9", "nine"],
    ["app", "web"],
    ["tier", "front"],
  ]);
});

const withoutIdentity: [string, unknown, string][] = [
  ["null", null, "Pod is not an object"],
  ["a list", [], "Pod is not an object"],
  ["a string", "Pod", "Pod is not an object"],
  ["an empty object", {}, "Pod has no metadata"],
  ["a list for metadata", { metadata: [] }, "Pod has no metadata"],
  ["no uid", { metadata: { namespace: "shop", name: "web" } }, "Pod shop/web has no uid"],
  ["an empty uid", { metadata: { namespace: "shop", name: "web", uid: "" } }, "Pod shop/web has no uid"],
  ["no name", { metadata: { namespace: "shop", uid: "u-1" } }, "Pod shop has no name"],
  ["a number for a name", { metadata: { namespace: "shop", name: 7, uid: "u-1" } }, "Pod shop has no name"],
  ["no namespace", { metadata: { name: "web", uid: "u-1" } }, "Pod web has no namespace"],
];

for (const [what, object, message] of withoutIdentity) {
  Deno.test(`makeRecord(), refuses ${what}`, () => {
    const error = assertThrows(() => makeRecord(pod, object), TypeError);
    assertEquals(error.message, message);
  });
}

Deno.test("makeRecord(), keeps the annotations of the allow-list alone", () => {
  const annotations = {
    [LAST_APPLIED]: '{"data":{"token":"aHVudGVyMg=="}}',
    "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web",
    "checksum/config": "9f86d081",
    "deployment.kubernetes.io/desired-replicas": "3",
    "deployment.kubernetes.io/revision": "4",
    "kubectl.kubernetes.io/restartedAt": "2026-03-02T10:11:12Z",
    "meta.helm.sh/release-name": "web",
    "meta.helm.sh.example.com/release-name": "other",
    "prometheus.io/param_token": "hunter2",
    "prometheus.io/path": "/metrics",
    "prometheus.io/port": "9090",
    "prometheus.io/scheme": "https",
    "prometheus.io/scrape": "true",
    "prometheus.io/scrape_slow": "true",
    "volume.beta.kubernetes.io/storage-class": "fast",
    "kubernetes.io/service-account.name": "web",
  };
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", annotations } };
  assertEquals(makeRecord(configMap, object).annotations.map(([key]) => key), [
    "argocd.argoproj.io/tracking-id",
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/restartedAt",
    "kubernetes.io/service-account.name",
    "meta.helm.sh/release-name",
    "prometheus.io/path",
    "prometheus.io/port",
    "prometheus.io/scheme",
    "prometheus.io/scrape",
    "volume.beta.kubernetes.io/storage-class",
  ]);
});

Deno.test("makeRecord(), keeps nothing of a Secret's last applied configuration", async () => {
  const object = await fixture("Secret", "ready");
  assertStringIncludes(object.metadata.annotations[LAST_APPLIED], "aHVudGVyMg==");
  assertEquals(JSON.stringify(makeRecord(secret, object)).includes("aHVudGVyMg=="), false);
});

Deno.test("makeRecord(), keeps no environment value and no argument", async () => {
  const object = await fixture("Pod", "crash_loop");
  object.spec.containers[0].env = [{ name: "PASSWORD", value: "hunter2" }];
  object.spec.containers[0].args = ["--password=hunter2"];
  object.spec.containers[0].command = ["serve", "hunter2"];
  assertEquals(JSON.stringify(makeRecord(pod, object)).includes("hunter2"), false);
});

Deno.test("makeRecord(), shares no array or object with its input", async () => {
  const object = await fixture("PodDisruptionBudget", "healthy");
  const rule = (await import("../../src/kinds/pod_disruption_budget.ts")).podDisruptionBudget;
  const pieces = new Set(piecesOf(object));
  const { kind: _, ...record } = makeRecord(rule, object);
  assertEquals(piecesOf(record).filter((piece) => pieces.has(piece)), []);
});

const MANAGED = { "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "web" };
const HELM_2 = { heritage: "Helm", release: "web" };
const ANNOTATED = { "meta.helm.sh/release-name": "api" };
const OWNED = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u-2" }];

const releases: [string, Record<string, unknown>, string | undefined][] = [
  ["the annotations", { annotations: { ...ANNOTATED, "meta.helm.sh/release-namespace": "ops" } }, "ops/api"],
  ["the annotation without a namespace", { annotations: ANNOTATED }, "shop/api"],
  ["the labels", { labels: MANAGED }, "shop/web"],
  ["the annotations before the labels", { annotations: ANNOTATED, labels: MANAGED }, "shop/api"],
  ["the annotations of an owned resource", { annotations: ANNOTATED, ownerReferences: OWNED }, "shop/api"],
  ["no labels of an owned resource", { labels: MANAGED, ownerReferences: OWNED }, undefined],
  [
    "no labels of another manager",
    { labels: { ...MANAGED, "app.kubernetes.io/managed-by": "kustomize" } },
    undefined,
  ],
  ["the labels of Helm 2", { labels: HELM_2 }, "shop/web"],
  ["the annotations before the labels of Helm 2", { annotations: ANNOTATED, labels: HELM_2 }, "shop/api"],
  [
    "the instance before the label release",
    { labels: { ...MANAGED, ...HELM_2, release: "old" } },
    "shop/web",
  ],
  [
    "the label release where the instance is empty",
    { labels: { ...MANAGED, "app.kubernetes.io/instance": "", ...HELM_2 } },
    "shop/web",
  ],
  ["no labels of Helm 2 of an owned resource", { labels: HELM_2, ownerReferences: OWNED }, undefined],
  ["no label release of another heritage", { labels: { ...HELM_2, heritage: "Tiller" } }, undefined],
  ["no label release alone", { labels: { release: "web" } }, undefined],
  ["no instance alone", { labels: { "app.kubernetes.io/instance": "web" } }, undefined],
  ["no empty name", { annotations: { "meta.helm.sh/release-name": "" } }, undefined],
];

for (const [what, metadata, expected] of releases) {
  Deno.test(`makeRecord(), takes the release from ${what}`, () => {
    const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ...metadata } };
    const { release } = makeRecord(configMap, object);
    assertEquals(release && `${release.namespace}/${release.name}`, expected);
  });
}

Deno.test("makeRecord(), refers to owners by uid, in the resource's namespace or in none", () => {
  const ownerReferences = [
    ...OWNED,
    { apiVersion: "v1", kind: "PersistentVolume", name: "pv-1", uid: "u-3" },
  ];
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ownerReferences } };
  assertEquals(makeRecord(configMap, object).references.map(describeReference), [
    "owns <- Deployment shop/web, uid u-2",
    "owns <- PersistentVolume pv-1, uid u-3",
  ]);
});

Deno.test("makeRecord(), refers by uid to an owner whose namespace nothing tells", () => {
  const object = { metadata: { name: "pv-1", uid: "u-1", ownerReferences: OWNED }, spec: {} };
  assertEquals(makeRecord(persistentVolume, object).references.map(describeReference), [
    "owns <- Deployment web, uid u-2",
  ]);
});

Deno.test("makeRecord(), knows the owner that controls the resource", () => {
  const owner = (uid: string, controller?: unknown) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
    uid,
    controller,
  });
  const ownerReferences = [
    owner("u-2", true),
    owner("u-3", false),
    owner("u-4"),
    owner("u-5"),
    owner("u-5", true),
  ];
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ownerReferences } };
  assertEquals(makeRecord(configMap, object).references.map(({ uid, controller }) => [uid, controller]), [
    ["u-2", true],
    ["u-3", undefined],
    ["u-4", undefined],
    ["u-5", true],
  ]);
});

Deno.test("makeRecord(), refers to no owner without a uid", () => {
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web" }];
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ownerReferences } };
  assertEquals(makeRecord(configMap, object).references, []);
});

Deno.test("makeRecord(), names an owner that is not tracked", () => {
  const ownerReferences = [{ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "web", uid: "u-2" }];
  const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ownerReferences } };
  const { detail } = makeRecord(configMap, object);
  assertEquals(detail.ownerReferences, [{ kind: "Rollout", name: "web", uid: "u-2" }]);
});

for (
  const [what, apiVersion, kind] of [
    ["a stale group", "extensions/v1beta1", "Deployment"],
    ["a group in another spelling", "Apps/v1", "Deployment"],
    ["no group", undefined, "Deployment"],
    ["a kind that is not tracked", "argoproj.io/v1alpha1", "Rollout"],
    ["no kind", "apps/v1", undefined],
  ] as const
) {
  Deno.test(`makeRecord(), refers by uid alone to an owner with ${what}`, () => {
    const ownerReferences = [{ apiVersion, kind, name: "web", uid: "u-2" }];
    const object = { metadata: { name: "web", namespace: "shop", uid: "u-1", ownerReferences } };
    assertEquals(makeRecord(configMap, object).references.map(describeReference), [
      "owns <- an untracked kind, uid u-2",
    ]);
  });
}

Deno.test("makeRecord(), calls an owner by the entry whose kind is tracked", () => {
  const entry = (apiVersion: string) => ({ apiVersion, kind: "Deployment", name: "web", uid: "u-2" });
  for (const apiVersions of [["extensions/v1beta1", "apps/v1"], ["apps/v1", "extensions/v1beta1"]]) {
    const metadata = { name: "web", namespace: "shop", uid: "u-1", ownerReferences: apiVersions.map(entry) };
    assertEquals(makeRecord(configMap, { metadata }).references.map(describeReference), [
      "owns <- Deployment shop/web, uid u-2",
    ]);
  }
});

Deno.test("makeRecord(), keeps identity, labels and owners of a malformed object", async () => {
  const object = await fixture("Pod", "malformed");
  const { status, message, name, labels, release, references, detail } = makeRecord(pod, object);
  assertEquals({ status, message, name, labels: labels.length, release, owners: references.length, detail }, {
    status: "Unknown",
    message: "A field holds an object where a list belongs",
    name: "web-7c9d5f6b8-x2x4q",
    labels: 5,
    release: undefined,
    owners: 1,
    detail: {
      ownerReferences: [
        { kind: "ReplicaSet", name: "web-7c9d5f6b8", uid: "0d8d8a52-5f0b-4bb3-8a38-1f6d6d2f9e01" },
      ],
    },
  });
});

Deno.test("makeRecord(), takes null for absent where a field may be absent", async () => {
  const object = await fixture("Deployment", "ready");
  object.status = null;
  assertEquals(makeRecord(deployment, object).message, "Its status is not written yet");
});

Deno.test("makeRecord(), takes names such as __proto__ and constructor for data", () => {
  const object = JSON.parse(`{
    "__proto__": {"spec": {"selector": {"stolen": "yes"}}},
    "metadata": {
      "name": "constructor", "namespace": "__proto__", "uid": "u-1",
      "labels": {"__proto__": "toString", "constructor": "hasOwnProperty"},
      "annotations": {"__proto__": "dropped", "meta.helm.sh/__proto__": "kept"}
    },
    "spec": {"selector": {"__proto__": "valueOf"}, "type": "constructor"}
  }`);
  const { name, namespace, labels, annotations, status, selectors } = makeRecord(service, object);
  assertEquals({ name, namespace, labels, annotations, status, selector: selectors[0]?.selector }, {
    name: "constructor",
    namespace: "__proto__",
    labels: [["__proto__", "toString"], ["constructor", "hasOwnProperty"]],
    annotations: [["meta.helm.sh/__proto__", "kept"]],
    status: "Ready",
    selector: [{ key: "__proto__", operator: "In", values: ["valueOf"] }],
  });
});

Deno.test("makeRecord(), takes no field of the prototype for the object's", () => {
  const object = JSON.parse(`{
    "metadata": {"name": "pv", "uid": "u-1"},
    "spec": {"__proto__": {"storageClassName": "stolen"}},
    "status": {"phase": "hasOwnProperty"}
  }`);
  const { status, references } = makeRecord(persistentVolume, object);
  assertEquals([status, references], ["Unknown", []]);
});

Deno.test("makeRecord(), merges references that say the same, required before optional", () => {
  const env = (optional?: boolean) => ({
    configMapRef: { name: "config", ...(optional ? { optional } : {}) },
  });
  const record = (...containers: unknown[]) =>
    makeRecord(pod, {
      metadata: { name: "web", namespace: "shop", uid: "u-1" },
      spec: { containers: [{ name: "app", envFrom: containers }] },
    }).references.map(describeReference);
  assertEquals([record(env(true), env(true)), record(env(true), env(), env(true))], [
    ["uses-configmap -> ConfigMap shop/config, optional", "uses-sa -> ServiceAccount shop/default"],
    ["uses-configmap -> ConfigMap shop/config", "uses-sa -> ServiceAccount shop/default"],
  ]);
});

Deno.test("makeRecord(), gives the same references in any order of the object", async () => {
  const object = await fixture("Pod", "references");
  const reversed = structuredClone(object);
  reversed.spec.volumes.reverse();
  reversed.spec.containers.reverse();
  assertEquals(makeRecord(pod, reversed).references, makeRecord(pod, object).references);
});

Deno.test("makeRecord(), keeps messages short and whole", async () => {
  const object = await fixture("Deployment", "stuck");
  object.status.conditions[1].reason = "🌍".repeat(500);
  const { message } = makeRecord(deployment, object);
  assertEquals([message.length <= 250, message.isWellFormed()], [true, true]);
});

function piecesOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(piecesOf)];
}
