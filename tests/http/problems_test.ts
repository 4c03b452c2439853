import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

async function lines(api: Api, query = ""): Promise<string[]> {
  const problems = await api.get(`/api/v1/problems${query}`);
  // deno-lint-ignore no-explicit-any -- what the API says
  return problems.map(({ namespace, kind, name, type, target }: any) =>
    `${namespace} ${kind} ${name}: ${type}${
      target ? ` ${target.kind} ${target.namespace}/${target.name}` : ""
    }`
  );
}

Deno.test("GET /api/v1/problems, all types, sorted like lists", async () => {
  assertEquals(await lines(new Api(smallCluster())), [
    "lab PersistentVolumeClaim spare: unused-claim",
    "lab Pod experiment: unresolved-reference Secret lab/token",
    "lab Service nobody: service-selects-nothing",
    "shop Pod web-2-a: error-status",
  ]);
});

Deno.test("GET /api/v1/problems, a problem in full", async () => {
  const [problem] = await new Api(smallCluster()).get("/api/v1/problems?q=experiment");
  assertEquals(problem, {
    type: "unresolved-reference",
    severity: "error",
    uid: "pod-experiment",
    kind: "Pod",
    namespace: "lab",
    name: "experiment",
    message: "Secret token does not exist (uses-secret)",
    target: { kind: "Secret", namespace: "lab", name: "token" },
    since: "2026-01-02T00:00:00Z",
  });
});

Deno.test("GET /api/v1/problems, a claim is unused from the time when the last mount disappeared", async () => {
  const api = new Api([object("PersistentVolumeClaim", "n/data")]);
  const spec = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
  api.put(object("Pod", "n/web", { spec }));
  api.clock.advance(3_600_000);
  api.graph.remove("pod-web");
  const problems: { type: string; since: string }[] = await api.get("/api/v1/problems");
  assertEquals(problems.find(({ type }) => type === "unused-claim")?.since, "2026-01-02T01:00:00Z");
});

Deno.test("GET /api/v1/problems, since stays the same while time passes", async () => {
  const api = new Api(smallCluster());
  api.clock.advance(3_600_000);
  const [problem] = await api.get("/api/v1/problems?q=web-2-a");
  assertEquals(problem.since, "2026-01-02T00:00:00Z");
});

Deno.test("GET /api/v1/problems, ends when the missing object appears", async () => {
  const api = new Api(smallCluster());
  const before = await lines(api, "?q=experiment");
  api.put(object("Secret", "lab/token"));
  assertEquals([before.length, await lines(api, "?q=experiment")], [1, []]);
});

Deno.test("GET /api/v1/problems, targets of a kind that is not synced are left out", async () => {
  const api = new Api(smallCluster(), { states: { Secret: "forbidden" } });
  assertEquals(await lines(api, "?q=experiment"), []);
});

Deno.test("GET /api/v1/problems, targets of a kind that a label selector limits are left out", async () => {
  const api = new Api(smallCluster(), { isLimited: ({ kind }) => kind === "Pod" });
  assertEquals(await lines(api, "?namespace=lab"), [
    "lab Pod experiment: unresolved-reference Secret lab/token",
  ]);
});

Deno.test("GET /api/v1/problems, targets in a namespace that is not followed are left out", async () => {
  const volume = object("PersistentVolume", "v", {
    spec: { claimRef: { namespace: "elsewhere", name: "claim" } },
    status: { phase: "Bound" },
  });
  const api = new Api([volume], { isLimited: (_kind, namespace) => namespace === "elsewhere" });
  assertEquals(await lines(api), []);
});

Deno.test("GET /api/v1/problems, problems of one resource are adjacent", async () => {
  const containers = [{
    name: "a",
    image: "a",
    envFrom: [{ secretRef: { name: "x" } }, { configMapRef: { name: "y" } }],
  }];
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("Pod", "n/p", { spec: { containers }, status: { phase: "Failed" } }),
    object("Pod", "n/o", { spec: { containers }, status: { phase: "Pending" } }),
  ]);
  assertEquals((await lines(api)).map((line) => line.replace(/:.*/, "")), [
    "n Pod o",
    "n Pod o",
    "n Pod p",
  ]);
});

const template = (spec: Record<string, unknown>) => ({ template: { spec } });
const usesSecret = {
  serviceAccountName: "app",
  containers: [{ name: "c", image: "x", envFrom: [{ secretRef: { name: "missing" } }] }],
};
const running = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const failed = { phase: "Failed", reason: "Evicted" };
const done = { conditions: [{ type: "Complete", status: "True" }] };
const gaveUp = { conditions: [{ type: "Failed", status: "True" }] };
const rolledOut = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
};

/** Deployment `web` with a ReplicaSet and Pods, all with the same missing Secret. */
function workload(pods: Record<string, unknown>[], deployment: Record<string, unknown> = {}) {
  const status = { observedGeneration: 1, replicas: pods.length, ...deployment };
  return [
    object("ServiceAccount", "n/app"),
    object("Deployment", "n/web", { spec: { replicas: pods.length, ...template(usesSecret) }, status }),
    object("ReplicaSet", "n/web-1", {
      owner: "Deployment web",
      spec: { replicas: pods.length, ...template(usesSecret) },
      status: { observedGeneration: 1, replicas: pods.length, readyReplicas: pods.length },
    }),
    ...pods.map((status, i) =>
      object("Pod", `n/web-1-${i}`, { owner: "ReplicaSet web-1", spec: usesSecret, status })
    ),
  ];
}

async function full(api: Api, query = ""): Promise<string[]> {
  const problems = await api.get(`/api/v1/problems${query}`);
  // deno-lint-ignore no-explicit-any -- what the API says
  return problems.map(({ kind, name, type, severity, message }: any) =>
    `${severity} ${kind} ${name}: ${type}: ${message}`
  );
}

Deno.test("GET /api/v1/problems, a reference that owners declare too is reported only for the topmost owner", async () => {
  const pending = { phase: "Pending", conditions: [] };
  const api = new Api(workload([pending, pending, pending]));
  assertEquals(await full(api), [
    "error Deployment web: unresolved-reference: Secret missing does not exist (uses-secret)",
  ]);
});

Deno.test("GET /api/v1/problems, an optional reference of an owner does not hide that of its Pods", async () => {
  const [account, deployment, replicaSet, ...pods] = workload([{ phase: "Pending" }]);
  const optional = {
    ...usesSecret,
    containers: [{ name: "c", image: "x", envFrom: [{ secretRef: { name: "missing", optional: true } }] }],
  };
  const api = new Api([
    account!,
    { ...deployment!, spec: { replicas: 1, ...template(optional) } },
    replicaSet!,
    ...pods,
  ]);
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["error ReplicaSet web-1"]);
});

Deno.test("GET /api/v1/problems, a missing reference of a workload with only Ready Pods is a warning", async () => {
  const api = new Api(workload([running], rolledOut));
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["warning Deployment web"]);
  api.put(object("Pod", "n/web-1-0", {
    owner: "ReplicaSet web-1",
    spec: usesSecret,
    status: { phase: "Running", containerStatuses: [{ name: "c" }] },
  }));
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["error Deployment web"]);
});

Deno.test("GET /api/v1/problems, leftovers are warnings: an account's Secret, a released volume, a class", async () => {
  const api = new Api([
    object("ServiceAccount", "n/app", { secrets: [{ name: "old-token" }] }),
    object("PersistentVolume", "released", {
      spec: { claimRef: { kind: "PersistentVolumeClaim", namespace: "n", name: "gone", uid: "gone" } },
      status: { phase: "Released" },
    }),
    object("PersistentVolume", "free", {
      spec: { storageClassName: "gone" },
      status: { phase: "Available" },
    }),
    object("PersistentVolumeClaim", "n/wants", {
      spec: { storageClassName: "gone" },
      status: { phase: "Pending" },
    }),
  ]);
  assertEquals((await full(api)).filter((it) => it.includes("unresolved")).map((it) => it.split(":")[0]), [
    "warning PersistentVolume free",
    "warning PersistentVolume released",
    "error PersistentVolumeClaim wants",
    "warning ServiceAccount app",
  ]);
});

Deno.test("GET /api/v1/problems, a missing class of a volume is a warning, whatever the volume's phase", async () => {
  const phases = ["Available", "Failed", "Pending", "Released"];
  const api = new Api(phases.map((phase) =>
    object("PersistentVolume", phase.toLowerCase(), {
      spec: { storageClassName: "gone" },
      status: { phase },
    })
  ));
  assertEquals((await full(api)).filter((it) => it.includes("unresolved")).map((it) => it.split(":")[0]), [
    "warning PersistentVolume available",
    "warning PersistentVolume failed",
    "warning PersistentVolume pending",
    "warning PersistentVolume released",
  ]);
});

Deno.test("GET /api/v1/problems, a failed Pod with a healthy controller is a warning", async () => {
  const api = new Api(
    workload([running, failed], {
      ...rolledOut,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    })
      .concat(object("Secret", "n/missing")),
  );
  assertEquals(await full(api), ["warning Pod web-1-1: error-status: Failed: Evicted"]);
});

Deno.test("GET /api/v1/problems, only the newest finished Job of a CronJob counts, with its Pods", async () => {
  const run = (day: number, status: Record<string, unknown>) => [
    object("Job", `n/nightly-${day}`, {
      owner: "CronJob nightly",
      created: `2026-01-0${day}T00:00:00Z`,
      spec: template({}),
      status,
    }),
    object("Pod", `n/nightly-${day}-a`, { owner: `Job nightly-${day}`, spec: {}, status: failed }),
  ];
  const cronJob = object("CronJob", "n/nightly", { spec: { jobTemplate: { spec: template({}) } } });
  const account = object("ServiceAccount", "n/default");
  const api = new Api([account, cronJob, ...run(1, gaveUp), ...run(2, done)]);
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["warning Pod nightly-2-a"]);
  for (const it of run(3, gaveUp)) api.put(it);
  assertEquals((await full(api)).map((it) => it.split(":")[0]), [
    "error Job nightly-3",
    "error Pod nightly-3-a",
  ]);
  for (const it of run(4, { active: 1 })) api.put(it);
  assertEquals((await full(api)).filter((it) => it.includes("Job")).map((it) => it.split(":")[0]), [
    "error Job nightly-3",
  ]);
});

Deno.test("GET /api/v1/problems, an EndpointSlice's endpoint may be missing for a minute, then the revision moves", async () => {
  const api = new Api([
    object("Pod", "n/web", { status: running, spec: {} }),
    object("ServiceAccount", "n/default"),
    object("Service", "n/web", { spec: { type: "ExternalName" } }),
    object("EndpointSlice", "n/web-1", {
      labels: { "kubernetes.io/service-name": "web" },
      endpoints: [{ targetRef: { kind: "Pod", namespace: "n", name: "web", uid: "pod-web" } }],
    }),
  ]);
  api.graph.remove("pod-web");
  const before = (await api.get("/api/v1/graph")).rv;
  assertEquals(await full(api), []);
  api.clock.advance(59_000);
  assertEquals([await full(api), (await api.get("/api/v1/graph")).rv], [[], before]);
  api.clock.advance(1_000);
  assertEquals(await full(api), [
    "error EndpointSlice web-1: unresolved-reference: Pod web does not exist (selects)",
  ]);
  assertEquals((await api.get("/api/v1/graph")).rv > before, true);
});

Deno.test("GET /api/v1/problems, a target of the same name and another uid was replaced", async () => {
  const volume = object("PersistentVolume", "disk", {
    spec: { claimRef: { namespace: "n", name: "data", uid: "first" } },
    status: { phase: "Bound" },
  });
  const pod = object("Pod", "n/p", {
    spec: { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] },
    status: running,
  });
  const api = new Api([
    volume,
    pod,
    object("ServiceAccount", "n/default"),
    object("PersistentVolumeClaim", "n/data", { status: { phase: "Bound" } }),
  ]);
  assertEquals(await full(api), [
    "warning PersistentVolume disk: unresolved-reference: PersistentVolumeClaim data was replaced (binds)",
  ]);
});

Deno.test("GET /api/v1/problems, a Service that selects no unfinished Pod is an error if traffic is routed to it", async () => {
  const service = (name: string) => object("Service", `n/${name}`, { spec: { selector: { app: name } } });
  const entry = (name: string) =>
    object("Ingress", `n/${name}`, { spec: { defaultBackend: { service: { name, port: { number: 80 } } } } });
  const set = object("StatefulSet", "n/db", {
    spec: { replicas: 0, serviceName: "db", ...template({}) },
    status: { observedGeneration: 1, replicas: 0 },
  });
  const api = new Api([
    ...["bare", "entered", "db", "finished"].map(service),
    entry("entered"),
    entry("db"),
    set,
    object("ServiceAccount", "n/default"),
    object("Pod", "n/once", { labels: { app: "finished" }, spec: {}, status: { phase: "Succeeded" } }),
  ]);
  assertEquals(await full(api), [
    "warning Service bare: service-selects-nothing: Its selector matches no Pod",
    "warning Service db: service-selects-nothing: Its selector matches no Pod",
    "error Service entered: service-selects-nothing: Its selector matches no Pod",
    "warning Service finished: service-selects-nothing: Its selector matches only finished Pods",
  ]);
});

Deno.test("GET /api/v1/problems, a resource that is Pending for more than ten minutes is stuck, unless it is so on purpose", async () => {
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("Pod", "n/waits", { spec: {}, status: { phase: "Pending" } }),
    object("Job", "n/suspended", { spec: { suspend: true, ...template({}) } }),
    object("Deployment", "n/paused", {
      spec: { paused: true, replicas: 1, ...template({}) },
      status: { observedGeneration: 1 },
    }),
    object("Deployment", "n/zero", {
      spec: { replicas: 0, ...template({}) },
      status: { observedGeneration: 1 },
    }),
  ]);
  const { rv } = await api.get("/api/v1/graph");
  api.clock.advance(600_000);
  assertEquals([await full(api), (await api.get("/api/v1/graph")).rv], [[], rv]);
  api.clock.advance(1_000);
  assertEquals(await full(api), ["warning Pod waits: stuck: Waiting for a node"]);
  assertEquals((await api.get("/api/v1/graph")).rv > rv, true);
});

function revision(
  kind: string,
  release: string,
  given: { version: number; status: string; created?: string },
) {
  const { version, status, created = "2026-01-01T00:00:00Z" } = given;
  return object(kind, `n/sh.helm.release.v1.${release}.v${version}`, {
    labels: { owner: "helm", name: release, version: String(version), status },
    created,
  });
}

Deno.test("GET /api/v1/problems, a release whose newest revision has failed or takes too long", async () => {
  const api = new Api([
    revision("Secret", "broken", { version: 9, status: "superseded" }),
    revision("Secret", "broken", { version: 10, status: "failed" }),
    revision("Secret", "mended", { version: 1, status: "failed" }),
    revision("Secret", "mended", { version: 2, status: "deployed" }),
    revision("ConfigMap", "slow", { version: 3, status: "pending-upgrade", created: "2026-01-02T00:00:00Z" }),
  ]);
  const broken =
    "error Secret sh.helm.release.v1.broken.v10: helm-release: Revision 10 of release broken is failed";
  const slow =
    "error ConfigMap sh.helm.release.v1.slow.v3: helm-release: Revision 3 of release slow is pending-upgrade";
  api.clock.advance(600_000);
  assertEquals(await full(api), [broken]);
  const { rv } = await api.get("/api/v1/graph");
  api.clock.advance(1_000);
  assertEquals(await full(api), [slow, broken]);
  assertEquals((await api.get("/api/v1/graph")).rv > rv, true);
  assertEquals(await full(api, "?release=n/slow"), [slow]);
  assertEquals(await full(api, "?namespace=n"), [slow, broken]);
  assertEquals(await full(api, "?namespace=other"), []);
  assertEquals(await full(api, "?kind=Secret&inactive=true"), [broken]);
});

Deno.test("GET /api/v1/problems, a Job of a CronJob that is about to fail counts, and supersedes nothing yet", async () => {
  const run = (day: number, type: string) =>
    object("Job", `n/run-${day}`, {
      owner: "CronJob nightly",
      created: `2026-01-0${day}T00:00:00Z`,
      spec: template({}),
      status: { conditions: [{ type, status: "True" }] },
    });
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("CronJob", "n/nightly", { spec: { jobTemplate: { spec: template({}) } } }),
    run(1, "Failed"),
    run(2, "FailureTarget"),
  ]);
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["error Job run-1", "error Job run-2"]);
});

Deno.test("GET /api/v1/problems, a Job that a CronJob owns without control supersedes no run", async () => {
  const job = (name: string, day: number, type: string) =>
    object("Job", `n/${name}`, {
      owner: "CronJob nightly",
      created: `2026-01-0${day}T00:00:00Z`,
      spec: template({}),
      status: { conditions: [{ type, status: "True" }] },
    });
  const manual = job("manual", 2, "Complete");
  const [owner] = manual.metadata.ownerReferences as Record<string, unknown>[];
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("CronJob", "n/nightly", { spec: { jobTemplate: { spec: template({}) } } }),
    job("run", 1, "Failed"),
    { ...manual, metadata: { ...manual.metadata, ownerReferences: [{ ...owner, controller: false }] } },
  ]);
  assertEquals((await full(api)).map((it) => it.split(":")[0]), ["error Job run"]);
});
