/** What stops working without a resource: acceptance cases, numbered. */
import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { type KubeObject, object, uidOf } from "./objects.ts";
import { deployment, pod } from "./workload.ts";

const account = object("ServiceAccount", "n/default");
const container = (more: Record<string, unknown>) => ({
  containers: [{ name: "app", image: "app:1", ...more }],
});
const envFrom = (kind: "secretRef" | "configMapRef", name: string, optional = false) =>
  container({ envFrom: [{ [kind]: { name, ...optional && { optional } } }] });
const mounts = (claimName: string) => ({
  ...container({}),
  volumes: [{ name: "v", persistentVolumeClaim: { claimName } }],
});
const ready = { ready: true };
const web = (spec: Record<string, unknown> = container({})) => deployment("web", { spec, pods: [ready] });
const selecting = (name: string) => ({
  ...object("Service", `n/${name}`, { spec: { type: "ClusterIP", selector: { app: name } } }),
});
const labelled = (name: string, app: string) => ({
  ...pod(name, ready),
  metadata: { ...pod(name, ready).metadata, labels: { app } },
});
const slice = (service: string, ...pods: string[]) =>
  object("EndpointSlice", `n/${service}-x`, {
    labels: { "kubernetes.io/service-name": service },
    endpoints: pods.map((name) => ({
      targetRef: { kind: "Pod", namespace: "n", name, uid: uidOf("Pod", name) },
    })),
  });
const ingress = (name: string, ...services: string[]) =>
  object("Ingress", `n/${name}`, {
    spec: {
      rules: [{
        http: { paths: services.map((it) => ({ backend: { service: { name: it, port: { number: 80 } } } })) },
      }],
    },
  });
const statefulSet = object("StatefulSet", "n/db", {
  spec: {
    replicas: 1,
    serviceName: "db",
    template: { spec: container({}) },
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
  },
  status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
});
const claim = (name: string, phase: string, spec: Record<string, unknown> = {}) =>
  object("PersistentVolumeClaim", `n/${name}`, { spec, status: { phase } });
const bound = [
  claim("data", "Bound", { volumeName: "disk", storageClassName: "fast" }),
  object("PersistentVolume", "disk", {
    spec: {
      storageClassName: "fast",
      claimRef: { namespace: "n", name: "data", uid: uidOf("PersistentVolumeClaim", "data") },
    },
    status: { phase: "Bound" },
  }),
  object("StorageClass", "fast"),
];
const ephemeralPod = pod("solo", {
  ready: true,
  spec: { ...container({}), volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: {} } }] },
});
const ephemeralClaim = object("PersistentVolumeClaim", "n/solo-scratch", {
  owner: "Pod solo",
  status: { phase: "Bound" },
});
const finished = {
  ...pod("done", { phase: "Succeeded" }),
  metadata: { ...pod("done", {}).metadata, labels: { app: "web" } },
};
const all = "broken Deployment web, broken ReplicaSet web-1, broken Pod web-1-0";

/** `[what, objects, uid or query of the missing target, effects by distance]` */
const CASES: readonly [what: string, objects: readonly KubeObject[], start: string, expected: string][] = [
  [
    "a Secret in the environment breaks its users",
    [...web(envFrom("secretRef", "s")), object("Secret", "n/s")],
    "secret-s",
    all,
  ],
  [
    "a ConfigMap in the environment breaks its users",
    [...web(envFrom("configMapRef", "c")), object("ConfigMap", "n/c")],
    "configmap-c",
    all,
  ],
  [
    "an optional Secret degrades its users",
    [...web(envFrom("secretRef", "s", true)), object("Secret", "n/s")],
    "secret-s",
    all.replaceAll("broken", "degraded"),
  ],
  [
    "an image pull Secret degrades its users",
    [...web({ ...container({}), imagePullSecrets: [{ name: "s" }] }), object("Secret", "n/s")],
    "secret-s",
    all.replaceAll("broken", "degraded"),
  ],
  [
    "a target that is both needed and optional is needed",
    [
      ...web({
        ...envFrom("secretRef", "s", true),
        volumes: [{ name: "v", secret: { secretName: "s" } }],
      }),
      object("Secret", "n/s"),
    ],
    "secret-s",
    all,
  ],
  ["a ServiceAccount breaks its users", web(), "serviceaccount-default", all],
  [
    "the Secret of a ServiceAccount degrades nothing beyond the account",
    [...web(), object("ServiceAccount", "n/robot", { secrets: [{ name: "s" }] }), object("Secret", "n/s")],
    "secret-s",
    "broken ServiceAccount robot",
  ],
  [
    "a claim breaks the Pods that mount it, and does not degrade its volume's claim",
    [...web(mounts("data")), ...bound],
    "persistentvolumeclaim-data",
    all,
  ],
  [
    "a volume breaks its claim, and the Pods that mount the claim",
    [...web(mounts("data")), ...bound],
    "persistentvolume-disk",
    "broken PersistentVolumeClaim data, " + all,
  ],
  [
    "a StorageClass breaks nothing that is bound",
    [...web(mounts("data")), ...bound],
    "storageclass-fast",
    "",
  ],
  [
    "a StorageClass breaks a Pending claim, and the Pods that mount it",
    [
      ...web(mounts("data")),
      claim("data", "Pending", { storageClassName: "fast" }),
      object("StorageClass", "fast"),
    ],
    "storageclass-fast",
    "broken PersistentVolumeClaim data, " + all,
  ],
  [
    "a claim of a StatefulSet degrades it, and breaks the Pod that mounts it",
    [
      statefulSet,
      selecting("db"),
      claim("data-db-0", "Bound"),
      pod("db-0", { ...ready, spec: mounts("data-db-0"), owner: "StatefulSet db" }),
    ],
    "persistentvolumeclaim-data-db-0",
    "broken Pod db-0, degraded StatefulSet db",
  ],
  [
    "its Service degrades a StatefulSet",
    [statefulSet, selecting("db")],
    "service-db",
    "degraded StatefulSet db",
  ],
  [
    "one of two Pods degrades their Service",
    [selecting("web"), labelled("a", "web"), labelled("b", "web")],
    "pod-a",
    "degraded Service web",
  ],
  [
    "the only Pod breaks its Service, and the Ingress before it",
    [selecting("web"), labelled("a", "web"), ingress("in", "web")],
    "pod-a",
    "broken Service web, broken Ingress in",
  ],
  [
    "a broken Service of two degrades the Ingress before them",
    [
      selecting("web"),
      labelled("a", "web"),
      selecting("api"),
      labelled("b", "api"),
      ingress("in", "web", "api"),
    ],
    "pod-a",
    "broken Service web, degraded Ingress in",
  ],
  [
    "a Service breaks the Ingress that has no other",
    [selecting("web"), ingress("in", "web")],
    "service-web",
    "broken Ingress in",
  ],
  [
    "an EndpointSlice is degraded by one Pod, and degrades nothing",
    [selecting("web"), labelled("a", "web"), labelled("b", "web"), slice("web", "a", "b")],
    "pod-a",
    "degraded EndpointSlice web-x, degraded Service web",
  ],
  [
    "a PodDisruptionBudget is not affected by its Pods, nor they by it",
    [
      labelled("a", "web"),
      object("PodDisruptionBudget", "n/web", { spec: { selector: { matchLabels: { app: "web" } } } }),
    ],
    "pod-a",
    "",
  ],
  [
    "the TLS Secret of an Ingress breaks it",
    [object("Ingress", "n/in", { spec: { tls: [{ secretName: "s" }] } }), object("Secret", "n/s")],
    "secret-s",
    "broken Ingress in",
  ],
  [
    "its target breaks an autoscaler",
    [
      ...web(),
      object("HorizontalPodAutoscaler", "n/web", {
        spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
      }),
    ],
    "deployment-web",
    "broken HorizontalPodAutoscaler web, removed ReplicaSet web-1, removed Pod web-1-0",
  ],
  [
    "a Deployment removes the resources that it owns",
    web(),
    "deployment-web",
    "removed ReplicaSet web-1, removed Pod web-1-0",
  ],
  [
    "a ReplicaSet degrades its owner, and removes its Pods",
    web(),
    "replicaset-web-1",
    "degraded Deployment web, removed Pod web-1-0",
  ],
  [
    "a resource with another owner is not removed",
    [
      object("ConfigMap", "n/a"),
      object("ConfigMap", "n/b"),
      {
        ...object("ConfigMap", "n/shared"),
        metadata: {
          ...object("ConfigMap", "n/shared").metadata,
          ownerReferences: ["a", "b"].map((name) => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            name,
            uid: uidOf("ConfigMap", name),
          })),
        },
      },
    ],
    "configmap-a",
    "",
  ],
  [
    "a Namespace removes all that is in it, and nothing else",
    [object("Namespace", "n"), object("Namespace", "m"), object("ConfigMap", "m/c"), ...web()],
    "namespace-n",
    "removed ServiceAccount default, removed Deployment web, removed ReplicaSet web-1, removed Pod web-1-0",
  ],
  [
    "effects spread through broken resources: a Secret, its Pods, their Service, its Ingress",
    [
      selecting("web"),
      ingress("in", "web"),
      object("Secret", "n/s"),
      { ...labelled("a", "web"), spec: envFrom("secretRef", "s") },
    ],
    "secret-s",
    "broken Pod a, broken Service web, broken Ingress in",
  ],
  [
    "inactive ReplicaSets and finished Pods do not break",
    [
      object("Secret", "n/s"),
      object("ReplicaSet", "n/old", { spec: { replicas: 0, template: { spec: envFrom("secretRef", "s") } } }),
      object("Pod", "n/done", { spec: envFrom("secretRef", "s"), status: { phase: "Succeeded" } }),
    ],
    "secret-s",
    "",
  ],
  [
    "a finished Pod keeps no Service alive",
    [
      selecting("web"),
      labelled("a", "web"),
      { ...labelled("done", "web"), status: { phase: "Succeeded" } },
    ],
    "pod-a",
    "broken Service web",
  ],
  [
    "owners in a circle end",
    [
      object("ConfigMap", "n/a", { owner: "ConfigMap b" }),
      object("ConfigMap", "n/b", { owner: "ConfigMap a" }),
    ],
    "configmap-a",
    "removed ConfigMap b",
  ],
  ["a resource without dependents affects nothing", [object("ConfigMap", "n/c")], "configmap-c", ""],
  [
    "a missing Secret: its dependents",
    web(envFrom("secretRef", "gone")),
    "?kind=Secret&namespace=n&name=gone",
    all,
  ],
  [
    "a missing Service: the Ingress that has another one, too",
    [selecting("web"), ingress("in", "web", "gone")],
    "?kind=Service&namespace=n&name=gone",
    "degraded Ingress in",
  ],
  [
    "a missing Service: the Ingress that has no other",
    [ingress("in", "gone")],
    "?kind=Service&namespace=n&name=gone",
    "broken Ingress in",
  ],
  [
    "the claim of an ephemeral volume breaks its Pod",
    [ephemeralPod, ephemeralClaim],
    "persistentvolumeclaim-solo-scratch",
    "broken Pod solo",
  ],
  [
    "a Pod takes the claim of its ephemeral volume with it",
    [ephemeralPod, ephemeralClaim],
    "pod-solo",
    "removed PersistentVolumeClaim solo-scratch",
  ],
  [
    "a finished Pod serves nothing, even if it is all that a Service selects",
    [finished, selecting("web"), slice("web", "done"), ingress("in", "web")],
    "pod-done",
    "",
  ],
  [
    "the node of a finished Pod takes only the Pod with it",
    [
      object("Node", "node-1", { status: { conditions: [{ type: "Ready", status: "True" }] } }),
      finished,
      selecting("web"),
      ingress("in", "web"),
    ],
    "node-node-1",
    "removed Pod done",
  ],
  ["a missing target that nothing names", [], "?kind=Secret&namespace=n&name=gone", ""],
  [
    "a target that was thought missing and exists",
    [...web(envFrom("secretRef", "s")), object("Secret", "n/s")],
    "?kind=Secret&namespace=n&name=s",
    all,
  ],
];

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly effect: string;
}

CASES.forEach(([what, objects, start, expected], i) => {
  Deno.test(`Impact ${i + 1}, ${what}`, async () => {
    const api = new Api([account, ...objects]);
    const path = start.startsWith("?") ? `/api/v1/impact${start}` : `/api/v1/resources/${start}/impact`;
    const { nodes } = await api.get(path);
    const found = nodes.map(({ effect, kind, name }: Node) => `${effect} ${kind} ${name}`).sort();
    assertEquals(found, expected.split(", ").filter((it) => it !== "").sort());
  });
});

Deno.test("GET /api/v1/resources/{uid}/impact, in full", async () => {
  const api = new Api([
    account,
    selecting("web"),
    object("Secret", "n/s"),
    { ...labelled("a", "web"), spec: envFrom("secretRef", "s") },
  ]);
  const { resource, summary, truncated, nodes, edges } = await api.get("/api/v1/resources/secret-s/impact");
  assertEquals([resource.uid, truncated, summary], [
    "secret-s",
    false,
    { workloads: 0, pods: 1, services: 1, ingresses: 0, other: 0 },
  ]);
  const [first] = nodes;
  assertEquals(nodes.map(({ uid, distance }: { uid: string; distance: number }) => [uid, distance]), [
    ["pod-a", 1],
    ["service-web", 2],
  ]);
  assertEquals([first.effect, first.metadata.usedSecrets], ["broken", ["s"]]);
  assertEquals(edges, [
    { type: "uses-secret", from: "pod-a", to: "secret-s", via: ["envFrom"], optional: false },
    { type: "selects", from: "service-web", to: "pod-a", via: [], optional: false },
  ]);
});

Deno.test("GET /api/v1/resources/{uid}/impact, of 6,000 Pods: truncated, with an exact summary", async () => {
  const api = new Api([object("ServiceAccount", "n/default")]);
  for (let i = 0; i < 6_000; i++) api.put(pod(`p-${i}`, ready));
  const { summary, truncated, nodes, edges } = await api.get(
    "/api/v1/resources/serviceaccount-default/impact",
  );
  assertEquals([truncated, nodes.length, edges.length, summary.pods], [true, 5_000, 5_000, 6_000]);
});

Deno.test("GET /api/v1/resources/{uid}/impact, of 50,000 resources: truncated, with an exact summary", async () => {
  const api = new Api([object("ServiceAccount", "n/default"), selecting("web")]);
  for (let i = 0; i < 30_000; i++) api.put(labelled(`p-${i}`, i < 20_000 ? "web" : "other"));
  for (let i = 0; i < 20_000; i++) {
    api.put(object("Job", `n/j-${i}`, { spec: { template: { spec: container({}) } } }));
  }
  const { summary, truncated, nodes } = await api.get("/api/v1/resources/serviceaccount-default/impact");
  const uids = new Set(nodes.map(({ uid }: { uid: string }) => uid));
  assertEquals([truncated, nodes.length, uids.size], [true, 5_000, 5_000]);
  assertEquals(summary, { workloads: 20_000, pods: 30_000, services: 1, ingresses: 0, other: 0 });
});

Deno.test("GET /api/v1/resources/{uid}/impact, 404 for a uid that nobody has", async () => {
  assertEquals((await new Api().failure("/api/v1/resources/nobody/impact")).slice(0, 2), [404, "not_found"]);
});

for (
  const [query, message] of [
    ["", /^kind/],
    ["kind=Secret", /^name/],
    ["kind=secret&name=x", /^kind "secret" must be one of/],
    ["kind=Secret&name=x&uid=y", /^Unknown query parameter "uid"/],
  ] as const
) {
  Deno.test(`GET /api/v1/impact, refuses ?${query}`, async () => {
    const [status, , text] = await new Api().failure(`/api/v1/impact?${query}`);
    assertEquals([status, message.test(text) || text], [400, true]);
  });
}
