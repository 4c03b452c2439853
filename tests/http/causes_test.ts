/** Cluster in, causes out: what a platform engineer would say is to be fixed. */
import { assertEquals } from "@std/assert";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "./api.ts";
import { type KubeObject, object } from "./objects.ts";
import { deployment, pod } from "./workload.ts";

/** `severity Kind namespace/name: Pods: message`, with a question mark behind what is missing. */
async function causes(objects: Iterable<KubeObject>, { after = 0, query = "" } = {}): Promise<string[]> {
  const needed = [object("ServiceAccount", "n/default"), node("node-1"), node("node-2")];
  const api = new Api([...needed, ...objects]);
  api.clock.advance(after * 1000);
  return describe(await api.get(`/api/v1/causes${query}`));
}

// deno-lint-ignore no-explicit-any -- what the API says
function describe(answer: any[]): string[] {
  return answer.map(({ severity, cause, counts, message }) => {
    const { kind, namespace, name, missing } = cause;
    return `${severity} ${kind} ${namespace}/${name}${missing ? "?" : ""}: ${counts.pods}: ${message}`;
  });
}

const node = (name: string) =>
  object("Node", name, { status: { conditions: [{ type: "Ready", status: "True" }] } });
const secretEnv = (name: string) => ({
  containers: [{ name: "app", image: "app:1", envFrom: [{ secretRef: { name } }] }],
});
const configEnv = (name: string) => ({
  containers: [{ name: "app", image: "app:1", envFrom: [{ configMapRef: { name } }] }],
});
const claimVolume = (claimName: string) => ({
  volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
});
const times = <T>(count: number, it: T): T[] => Array<T>(count).fill(it);
const stuckRollout = {
  type: "Progressing",
  status: "False",
  reason: "ProgressDeadlineExceeded",
  message: "ReplicaSet has timed out progressing.",
};
const blockedBy = (service: string) =>
  `Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post ` +
  `"https://${service}.n.svc:443/validate?timeout=10s": no endpoints available for service "${service}"`;
const webhook = (service: string) =>
  object("ValidatingWebhookConfiguration", "admission", {
    webhooks: [{ name: "v.example.com", clientConfig: { service: { namespace: "n", name: service } } }],
  });
const configError = { waiting: "CreateContainerConfigError" };
const crash = { waiting: "CrashLoopBackOff" };

const CASES: readonly [name: string, objects: KubeObject[], expected: string[], after?: number][] = [
  [
    "a missing ConfigMap behind three replicas",
    deployment("web", { spec: configEnv("settings"), pods: times(3, configError) }),
    ["error ConfigMap n/settings?: 3: ConfigMap n/settings does not exist"],
  ],
  [
    "a missing ConfigMap behind a rollout that is stuck for it",
    deployment("web", {
      spec: configEnv("settings"),
      pods: times(3, configError),
      conditions: [stuckRollout],
    }),
    ["error ConfigMap n/settings?: 3: ConfigMap n/settings does not exist"],
  ],
  [
    "a missing Secret in a volume, which keeps containers from being created",
    deployment("web", {
      spec: { volumes: [{ name: "s", secret: { secretName: "cert" } }] },
      pods: times(2, { phase: "Pending", waiting: "ContainerCreating" }),
      conditions: [stuckRollout],
    }),
    ["error Secret n/cert?: 2: Secret n/cert does not exist"],
    3600,
  ],
  [
    "an image that does not exist",
    deployment("web", { pods: times(3, { phase: "Pending", waiting: "ImagePullBackOff" }) }),
    ["error Deployment n/web: 3: 3 of 3 Pods: container app: ImagePullBackOff"],
  ],
  [
    "a crash loop behind a stuck rollout",
    deployment("web", { pods: [{ ready: true }, crash, crash], conditions: [stuckRollout] }),
    ["error Deployment n/web: 2: 2 of 3 Pods: container app: CrashLoopBackOff"],
    3600,
  ],
  [
    "a quota that blocks a rollout",
    deployment("web", { desired: 3, replicaFailure: 'pods "web-1-x" is forbidden: exceeded quota: small' }),
    [
      'error Deployment n/web: 0: Its Pods cannot be created: FailedCreate: pods "web-1-x" is forbidden: ' +
      "exceeded quota: small",
    ],
  ],
  [
    "a webhook whose Service has Pods that crash, and the rollout that it blocks",
    [
      ...deployment("web", { desired: 2, replicaFailure: blockedBy("admit") }),
      ...deployment("admit", { pods: [crash] }),
      {
        ...object("Service", "n/admit", { spec: { selector: { app: "admit" } } }),
      },
    ].map((it) => it.kind === "Pod" ? { ...it, metadata: { ...it.metadata, labels: { app: "admit" } } } : it),
    ["error Deployment n/admit: 1: 1 of 1 Pods: container app: CrashLoopBackOff"],
  ],
  [
    "a webhook whose Service has no Pods, and the rollout that it blocks",
    [
      ...deployment("web", { desired: 2, replicaFailure: blockedBy("admit") }),
      object("Service", "n/admit", { spec: { selector: { app: "admit" } } }),
    ],
    ["error Service n/admit: 0: Its selector matches no Pod"],
  ],
  [
    "a webhook whose Service does not exist, and the rollout that it blocks",
    [
      ...deployment("web", { desired: 2, replicaFailure: blockedBy("admit") }),
      webhook("admit"),
    ],
    ["error Service n/admit?: 0: Service n/admit does not exist"],
  ],
  [
    "a node that died, and the Pods on it",
    [
      object("Node", "node-1", {
        status: { conditions: [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }] },
      }),
      object("Node", "node-2", { status: { conditions: [{ type: "Ready", status: "True" }] } }),
      ...deployment("web", { pods: [{ ready: true, node: "node-2" }, { node: "node-1" }] }),
      ...deployment("api", { pods: [{ node: "node-1" }] }),
    ],
    ["error Node /node-1: 2: Its kubelet does not answer: NodeStatusUnknown"],
    3600,
  ],
  [
    "a crash loop on a node that died is no fault of the node",
    [
      object("Node", "node-1", { status: { conditions: [{ type: "Ready", status: "False" }] } }),
      ...deployment("web", { pods: [crash] }),
    ],
    [
      "error Deployment n/web: 1: 1 of 1 Pods: container app: CrashLoopBackOff",
      "error Node /node-1: 0: It is not ready",
    ],
  ],
  [
    "a route whose backend does not exist",
    [
      object("HTTPRoute", "n/web", {
        spec: { rules: [{ backendRefs: [{ name: "gone", port: 80 }] }] },
        status: {
          parents: [{
            parentRef: { name: "gw" },
            conditions: [
              { type: "Accepted", status: "True" },
              { type: "ResolvedRefs", status: "False", reason: "BackendNotFound" },
            ],
          }],
        },
      }),
    ],
    ["error Service n/gone?: 0: Service n/gone does not exist"],
  ],
  [
    "routes of a Gateway that is not accepted",
    [
      object("Gateway", "n/gw", {
        spec: {},
        status: { conditions: [{ type: "Accepted", status: "False", reason: "Invalid" }] },
      }),
      ...["a", "b"].map((name) =>
        object("HTTPRoute", `n/${name}`, {
          spec: { parentRefs: [{ name: "gw" }] },
          status: {
            parents: [{
              parentRef: { name: "gw" },
              conditions: [{ type: "Accepted", status: "False", reason: "ParentNotAccepted" }],
            }],
          },
        })
      ),
    ],
    ["error Gateway n/gw: 0: Not accepted: Invalid"],
  ],
  [
    "an aggregated API whose Service does not exist",
    [
      object("APIService", "v1.metrics", {
        spec: { service: { namespace: "n", name: "metrics" } },
        status: { conditions: [{ type: "Available", status: "False", reason: "ServiceNotFound" }] },
      }),
    ],
    ["error Service n/metrics?: 0: Service n/metrics does not exist"],
  ],
  [
    "a missing ServiceAccount, without which no Pod is created",
    deployment("web", {
      desired: 1,
      spec: { serviceAccountName: "robot" },
      replicaFailure: 'pods "web-1-" is forbidden: error looking up service account n/robot',
    }),
    ["error ServiceAccount n/robot?: 0: ServiceAccount n/robot does not exist"],
  ],
  [
    "a claim without a provisioner",
    [
      ...deployment("web", {
        spec: claimVolume("data"),
        pods: [{
          phase: "Pending",
          unschedulable: "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims",
        }],
      }),
      object("PersistentVolumeClaim", "n/data", { status: { phase: "Pending" } }),
    ],
    ["warning PersistentVolumeClaim n/data: 1: Waiting for a volume"],
    3600,
  ],
  [
    "a claim whose StorageClass does not exist, and the Pod that waits for it",
    [
      ...deployment("web", {
        spec: claimVolume("data"),
        pods: [{
          phase: "Pending",
          unschedulable: "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims",
        }],
      }),
      object("PersistentVolumeClaim", "n/data", {
        spec: { storageClassName: "gone" },
        status: { phase: "Pending" },
      }),
    ],
    ["error StorageClass /gone?: 1: StorageClass gone does not exist"],
    3600,
  ],
  [
    "a missing claim, and the Pod that cannot be scheduled for it",
    deployment("web", {
      spec: claimVolume("gone"),
      pods: [{ phase: "Pending", unschedulable: 'persistentvolumeclaim "gone" not found' }],
    }),
    ["error PersistentVolumeClaim n/gone?: 1: PersistentVolumeClaim n/gone does not exist"],
  ],
  [
    "a CronJob that fails every night",
    [
      object("CronJob", "n/nightly", { spec: { jobTemplate: { spec: { template: { spec: {} } } } } }),
      ...[1, 2].flatMap((day) => [
        object("Job", `n/nightly-${day}`, {
          owner: "CronJob nightly",
          created: `2026-01-0${day}T00:00:00Z`,
          spec: { template: { spec: {} } },
          status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
        }),
        object("Pod", `n/nightly-${day}-a`, {
          owner: `Job nightly-${day}`,
          spec: {},
          status: {
            phase: "Failed",
            containerStatuses: [{ name: "app", state: { terminated: { exitCode: 1, reason: "Error" } } }],
          },
        }),
      ]),
    ],
    ["error CronJob n/nightly: 1: 1 of 1 Pods: container app exited with 1: Error"],
  ],
  [
    "an autoscaler without metrics",
    [
      ...deployment("web", { pods: [{ ready: true }] }),
      object("HorizontalPodAutoscaler", "n/web", {
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
        status: {
          conditions: [{ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric" }],
        },
      }),
    ],
    ["error HorizontalPodAutoscaler n/web: 0: It gets no metrics: FailedGetResourceMetric"],
  ],
  [
    "an autoscaler that gets no metrics of Pods that crash",
    [
      ...deployment("web", { pods: [crash] }),
      object("HorizontalPodAutoscaler", "n/web", {
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
        status: {
          conditions: [{ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric" }],
        },
      }),
    ],
    ["error Deployment n/web: 1: 1 of 1 Pods: container app: CrashLoopBackOff"],
  ],
  [
    "a failed Helm upgrade",
    [
      ...deployment("web", { release: "shop", pods: [{ ready: true }] }),
      object("Secret", "n/sh.helm.release.v1.shop.v2", {
        labels: { owner: "helm", name: "shop", version: "2", status: "failed" },
      }),
    ],
    ["error Secret n/sh.helm.release.v1.shop.v2: 0: Revision 2 of release shop is failed"],
  ],
  [
    "five workloads that share one missing Secret",
    ["a", "b", "c", "d", "e"].flatMap((name) =>
      deployment(name, { spec: secretEnv("shared"), pods: [configError] })
    ),
    ["error Secret n/shared?: 5: Secret n/shared does not exist"],
  ],
  [
    "two faults in one workload: a new revision that lacks a Secret, while the old one crashes",
    deployment("web", { spec: secretEnv("new"), pods: [configError, crash, crash] }),
    [
      "error Deployment n/web: 2: 2 of 3 Pods: container app: CrashLoopBackOff",
      "error Secret n/new?: 1: Secret n/new does not exist",
    ],
  ],
  [
    "a missing Secret that all Pods have outlived",
    deployment("web", { spec: secretEnv("old"), pods: times(2, { ready: true }) }),
    ["warning Secret n/old?: 0: Secret n/old does not exist"],
  ],
  [
    "a crash loop, and what waits for its endpoints",
    [
      ...deployment("web", { pods: [crash] }),
      object("Service", "n/web", { spec: { type: "ClusterIP", clusterIP: "None" } }),
      object("EndpointSlice", "n/web-x", {
        labels: { "kubernetes.io/service-name": "web" },
        owner: "Service web",
        endpoints: [{
          conditions: { ready: false },
          targetRef: { kind: "Pod", namespace: "n", name: "web-1-0", uid: "pod-web-1-0" },
        }],
      }),
      object("PodDisruptionBudget", "n/web", {
        spec: { selector: {} },
        status: { observedGeneration: 1, currentHealthy: 0, desiredHealthy: 1, expectedPods: 1 },
      }),
    ],
    ["error Deployment n/web: 1: 1 of 1 Pods: container app: CrashLoopBackOff"],
    3600,
  ],
  [
    "an evicted Pod beside its replacement",
    deployment("web", { desired: 1, pods: [{ ready: true }, { phase: "Failed" }] }),
    ["warning Deployment n/web: 1: Failed"],
  ],
  [
    "Pods whose node is gone for less than a minute",
    deployment("web", { pods: [{ ready: true, node: "gone" }] }),
    [],
    59,
  ],
  [
    "Pods whose node is gone",
    [
      ...deployment("web", { pods: [{ ready: true, node: "gone" }] }),
      ...deployment("api", { pods: [{ ready: true, node: "gone" }] }),
    ],
    ["warning Node /gone?: 2: Node gone does not exist"],
    60,
  ],
  ["a bare Pod", [pod("lonely", crash)], ["error Pod n/lonely: 1: Container app: CrashLoopBackOff"]],
  ["a healthy cluster", deployment("web", { pods: [{ ready: true }] }), []],
];

for (const [name, objects, expected, after] of CASES) {
  Deno.test(`GET /api/v1/causes, ${name}`, async () => {
    assertEquals(await causes(objects, { after }), expected);
  });
}

Deno.test("GET /api/v1/causes, a cause in full", async () => {
  const api = new Api([
    object("ServiceAccount", "n/default"),
    ...deployment("web", { release: "shop", spec: secretEnv("gone"), pods: [configError] }),
  ]);
  const [cause, ...others] = await api.get("/api/v1/causes");
  const { id, ...rest } = cause;
  assertEquals([others, /^[0-9a-f]{16}$/.test(id)], [[], true]);
  assertEquals(rest, {
    severity: "error",
    message: "Secret n/gone does not exist",
    cause: { kind: "Secret", namespace: "n", name: "gone", missing: true },
    since: "2026-01-02T00:00:00Z",
    releases: [{ namespace: "n", name: "shop" }],
    counts: { resources: 2, pods: 1 },
    affected: [
      {
        uid: "deployment-web",
        kind: "Deployment",
        namespace: "n",
        name: "web",
        status: "Pending",
        message: "0 of 1 replicas are ready",
      },
      {
        uid: "pod-web-1-0",
        kind: "Pod",
        namespace: "n",
        name: "web-1-0",
        status: "Error",
        message: "Container app: CreateContainerConfigError",
      },
    ],
  });
});

Deno.test("GET /api/v1/causes, the id is stable while the cause lasts, even if the message changes", async () => {
  const api = new Api([
    object("ServiceAccount", "n/default"),
    ...deployment("web", { pods: [crash, crash] }),
  ]);
  const [before] = await api.get("/api/v1/causes");
  for (const it of deployment("web", { pods: [crash, { waiting: "ImagePullBackOff" }, crash] })) api.put(it);
  const [after] = await api.get("/api/v1/causes");
  assertEquals(before.id, after.id);
  assertEquals(before.message === after.message, false);
  api.put(pod("other", crash));
  const ids = (await api.get("/api/v1/causes")).map(({ id }: { id: string }) => id);
  assertEquals([ids.length, new Set(ids).size, ids.includes(after.id)], [2, 2, true]);
});

Deno.test("GET /api/v1/causes, worst first: severity, then Pods, then age; at most 20 are named", async () => {
  const api = new Api([object("ServiceAccount", "n/default"), ...deployment("small", { pods: [crash] })]);
  api.clock.advance(1000);
  for (const it of deployment("large", { pods: times(30, crash) })) api.put(it);
  for (const it of deployment("young", { pods: [crash] })) api.put(it);
  for (const it of deployment("warning", { spec: secretEnv("old"), pods: times(40, { ready: true }) })) {
    api.put(it);
  }
  const found = await api.get("/api/v1/causes");
  assertEquals(describe(found).map((line) => line.split(":")[0]), [
    "error Deployment n/large",
    "error Deployment n/small",
    "error Deployment n/young",
    "warning Secret n/old?",
  ]);
  assertEquals([found[0].counts, found[0].affected.length, found[0].affected[0].kind], [
    { resources: 31, pods: 30 },
    20,
    "Deployment",
  ]);
});

Deno.test("GET /api/v1/causes, filters are those of problems", async () => {
  const objects = [
    ...deployment("web", { release: "shop", spec: secretEnv("gone"), pods: [configError] }),
    ...deployment("db", { pods: [crash] }),
  ];
  const web = "error Secret n/gone?: 1: Secret n/gone does not exist";
  const db = "error Deployment n/db: 1: 1 of 1 Pods: container app: CrashLoopBackOff";
  assertEquals((await causes(objects)).sort(), [db, web]);
  assertEquals(await causes(objects, { query: "?release=shop" }), [web]);
  assertEquals(await causes(objects, { query: "?owner=deployment-db" }), [db]);
  assertEquals(await causes(objects, { query: "?kind=Pod&q=db" }), [db]);
  assertEquals(await causes(objects, { query: "?namespace=other" }), []);
});

Deno.test("GET /api/v1/causes, in pages", async () => {
  const api = new Api([
    object("ServiceAccount", "n/default"),
    ...Array.from({ length: 7 }, (_, i) => deployment(`web-${i}`, { pods: times(i % 3 + 1, crash) })).flat(),
  ]);
  const whole = await api.get("/api/v1/causes");
  const pages: unknown[] = [];
  let path: string | undefined = "/api/v1/causes?limit=3";
  for (let page = 0; path !== undefined && page < 5; page++) {
    const response: Response = await api.request(path);
    pages.push(...await response.json());
    path = response.headers.get("link")?.match(/<([^>]+)>/)?.[1];
  }
  assertEquals(pages, whole);
  assertEquals((await api.request("/api/v1/causes?limit=7")).headers.get("link"), null);
});

Deno.test("GET /api/v1/causes, every problem of a broken cluster belongs to exactly one cause", async () => {
  const api = new Api(sampleCluster({ objects: 3_000, now: NOW, seed: 7 }));
  const rows = Array.from(api.graph.read.select({ inactive: true }), (row) => api.graph.read.uid(row));
  rows.forEach((uid, i) => i % 9 === 0 && api.graph.remove(uid));
  api.clock.advance(3_600_000);
  const problems: { uid: string; type: string }[] = await api.get("/api/v1/problems");
  const found = await api.get("/api/v1/causes");
  const uids = found.flatMap(({ affected }: { affected: { uid: string }[] }) =>
    affected.map(({ uid }) => uid)
  );
  assertEquals(problems.length > 100, true);
  // A resource with several problems may be affected by several causes; no problem is without one.
  const unnamed = found.reduce(
    (sum: number, it: { counts: { resources: number }; affected: unknown[] }) =>
      sum + it.counts.resources - it.affected.length,
    0,
  );
  assertEquals(
    new Set(problems.map(({ uid }) => uid).filter((uid) => !uids.includes(uid))).size <= unnamed,
    true,
  );
  const status = problems.filter(({ type }) => type === "error-status" || type === "stuck");
  for (const { uid } of status) {
    const types = new Set(problems.filter((it) => it.uid === uid).map(({ type }) => type));
    if (types.size === 1) assertEquals(uids.filter((it: string) => it === uid).length, 1, uid);
  }
});
