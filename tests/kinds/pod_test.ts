import { assert, assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { pod } from "../../src/kinds/pod.ts";
import { viasOf } from "../../src/model/reference.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(pod);

const owner = "owns <- ReplicaSet shop/web-7c9d5f6b8, uid 0d8d8a52-5f0b-4bb3-8a38-1f6d6d2f9e01";

check("ready", { status: "Ready", message: "2 of 2 containers are ready", finished: false });
check("succeeded", { status: "Ready", message: "Succeeded", finished: true });
check("debugged", { status: "Ready" });
check("terminating", { status: "Pending", message: "Terminating" });
check("node_lost", { status: "Unknown", message: "Its node does not answer" });
check("strange_phase", { status: "Unknown", message: "Phase Dreaming is not known" });
check("malformed", { status: "Unknown", references: [owner] });

check("evicted", { status: "Error", message: "Failed: Evicted", finished: true });
check("failed", { status: "Error", message: "Container app exited with 137: OOMKilled", finished: true });
check("crash_loop", { status: "Error", message: "Container app: CrashLoopBackOff" });
check("image_pull_backoff", { status: "Error", message: "Container app: ImagePullBackOff" });
check("missing_config", { status: "Error", message: "Container app: CreateContainerConfigError" });
check("init_crash_loop", { status: "Error", message: "Container migrate: CrashLoopBackOff" });
check("exited_for_good", { status: "Error", message: "Container app exited with 2: Error" });
check("init_exited_for_good", { status: "Error", message: "Container migrate exited with 1: Error" });
check("unschedulable", {
  status: "Error",
  message: "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu",
});

check("exited_and_restarts", { status: "Pending", message: "1 of 2 containers are ready, app is not" });
check("done_beside_a_running_one", { status: "Pending", message: "1 of 2 containers are ready, app is not" });
check("sidecar_restarts", {
  status: "Pending",
  message: "1 of 3 containers are ready, logs and proxy are not",
});
check("new", { status: "Pending", message: "Waiting for a node" });
check("scheduling_gated", { status: "Pending", message: "Waiting for a node: SchedulingGated" });
check("scheduled", { status: "Pending", message: "Waiting for its containers" });
check("creating", { status: "Pending", message: "Container app: ContainerCreating" });
check("initializing", { status: "Pending", message: "Container app: PodInitializing" });
check("unready", { status: "Pending", message: "1 of 2 containers are ready, app is not" });
check("readiness_gate", {
  status: "Pending",
  message: "Its readiness gate target-health.example.com/web is not True",
});

check("ready", {
  references: [owner, "runs-on -> Node node-3", "uses-sa -> ServiceAccount shop/web"],
  selectors: [],
  detail: {
    ownerReferences: [
      { kind: "ReplicaSet", name: "web-7c9d5f6b8", uid: "0d8d8a52-5f0b-4bb3-8a38-1f6d6d2f9e01" },
    ],
    image: "registry.example/app:1.4.2",
    nodeName: "node-3",
    restartCount: 2,
  },
});
check("claims", {
  references: [
    "mounts -> PersistentVolumeClaim shop/web-data",
    "runs-on -> Node node-3",
    "uses-sa -> ServiceAccount shop/web",
  ],
  selectors: [
    "mounts -> PersistentVolumeClaim: owned by 6f1c1000-2b7d-4c3e-9a51-8d0e4f7b2000 In web-7c9d5f6b8-x2x4q-scratch",
  ],
});
check("references", {
  references: [
    owner,
    "runs-on -> Node node-3",
    "uses-configmap -> ConfigMap shop/debug-config",
    "uses-configmap -> ConfigMap shop/env-config",
    "uses-configmap -> ConfigMap shop/init-env",
    "uses-configmap -> ConfigMap shop/key-config",
    "uses-configmap -> ConfigMap shop/maybe-config, optional",
    "uses-configmap -> ConfigMap shop/maybe-env, optional",
    "uses-configmap -> ConfigMap shop/maybe-projected-config, optional",
    "uses-configmap -> ConfigMap shop/projected-config",
    "uses-configmap -> ConfigMap shop/volume-config",
    "uses-sa -> ServiceAccount shop/default",
    "uses-secret -> Secret shop/azure-secret",
    "uses-secret -> Secret shop/cephfs-secret",
    "uses-secret -> Secret shop/cinder-secret",
    "uses-secret -> Secret shop/csi-secret",
    "uses-secret -> Secret shop/env-secret",
    "uses-secret -> Secret shop/flex-secret",
    "uses-secret -> Secret shop/iscsi-secret",
    "uses-secret -> Secret shop/key-secret",
    "uses-secret -> Secret shop/maybe-key-secret, optional",
    "uses-secret -> Secret shop/maybe-secret, optional",
    "uses-secret -> Secret shop/projected-secret",
    "uses-secret -> Secret shop/rbd-secret",
    "uses-secret -> Secret shop/regcred, optional",
    "uses-secret -> Secret shop/scaleio-secret",
    "uses-secret -> Secret shop/storageos-secret",
    "uses-secret -> Secret shop/volume-secret",
  ],
});

const BROKEN = [
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PostStartHookError",
  "PreCreateHookError",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
  // What no version has yet.
  "ErrDeviceGone",
  "VolumeRemountError",
  "ResizeBackOff",
];
const WAITING = [
  "ContainerCreating",
  "PodInitializing",
  "BackOffEnded",
  "InvalidImageNames",
  "Blerr",
];

for (const [reasons, status] of [[BROKEN, "Error"], [WAITING, "Pending"]] as const) {
  for (const reason of reasons) {
    for (const field of ["initContainerStatuses", "containerStatuses"]) {
      Deno.test(`Pod, one of its ${field} that waits for ${reason} makes it ${status}`, async () => {
        const object = await fixture("Pod", "creating");
        object.status[field] = [{ name: "proxy", ready: false, state: { waiting: { reason } } }];
        const record = makeRecord(pod, object);
        assertEquals([record.status, record.message], [status, `Container proxy: ${reason}`]);
      });
    }
  }
}

Deno.test("Pod, a reason to wait counts up to its first colon, since what follows quotes a command", async () => {
  const object = await fixture("Pod", "creating");
  const said = (reason: string) => {
    object.status.containerStatuses[0].state = { waiting: { reason } };
    const { status, message } = makeRecord(pod, object);
    return [status, message];
  };
  assertEquals(said("PostStartHookError: command '/bin/sh -c hunter2' exited with 124: "), [
    "Error",
    "Container app: PostStartHookError",
  ]);
  assertEquals(said("Preparing: after an Error"), ["Pending", "Container app: Preparing"]);
});

Deno.test("Pod, one that waits for an unbound claim is not failing", async () => {
  const object = await fixture("Pod", "unschedulable");
  const [condition] = object.status.conditions;
  const said = (message: string) => {
    condition.message = message;
    return makeRecord(pod, object).status;
  };
  assertEquals(
    [
      "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      "pod has unbound immediate PersistentVolumeClaims (repeated 2 times)",
      '0/1 nodes are available: persistentvolumeclaim "data" not found.',
      "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
    ].map(said),
    ["Pending", "Pending", "Error", "Error"],
  );
});

// deno-lint-ignore no-explicit-any -- a test changes what it likes in it
function running(change: { gates?: string[]; conditions?: any[]; ready?: boolean[]; sidecars?: boolean[] }) {
  const { gates = [], conditions = [], ready = [true], sidecars = [] } = change;
  const container = (name: string, restartPolicy?: string) => ({ name, image: "a", restartPolicy });
  const statusOf = (prefix: string) => (ready: boolean, i: number) => ({
    name: `${prefix}-${i}`,
    ready,
    started: true,
    restartCount: 0,
    state: { running: {} },
  });
  const { status, message } = makeRecord(pod, {
    metadata: { namespace: "shop", name: "web", uid: "u-1" },
    spec: {
      nodeName: "node-1",
      initContainers: [container("once"), ...sidecars.map((_, i) => container(`sidecar-${i}`, "Always"))],
      containers: ready.map((_, i) => container(`app-${i}`)),
      readinessGates: gates.map((conditionType) => ({ conditionType })),
    },
    status: {
      phase: "Running",
      conditions,
      initContainerStatuses: [
        { name: "once", ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
        ...sidecars.map(statusOf("sidecar")),
      ],
      containerStatuses: ready.map(statusOf("app")),
    },
  });
  return [status, message];
}

const NOT_READY = { type: "Ready", status: "False" };
const READY = { type: "Ready", status: "True" };

Deno.test("Pod, counts its sidecars among its containers as kubectl does, and names those that are not ready", () => {
  assertEquals(running({ sidecars: [true], conditions: [READY] }), ["Ready", "2 of 2 containers are ready"]);
  assertEquals(running({ sidecars: [false, true], conditions: [NOT_READY] }), [
    "Pending",
    "2 of 3 containers are ready, sidecar-0 is not",
  ]);
  assertEquals(running({ ready: [false, false, true, false, false], conditions: [NOT_READY] }), [
    "Pending",
    "1 of 5 containers are ready, app-0, app-1, app-3 and 1 more are not",
  ]);
});

Deno.test("Pod, names the readiness gates that are not True, and none that it does not have", () => {
  const open = { type: "example.com/open", status: "True" };
  const closed = { type: "example.com/closed", status: "False" };
  const gates = [open.type, closed.type];
  const message = (...given: Parameters<typeof running>) => running(...given)[1];
  assertEquals(
    [
      message({ gates, conditions: [NOT_READY, open, closed] }),
      message({ gates, conditions: [NOT_READY] }),
      message({ gates: [open.type], conditions: [NOT_READY, open] }),
      message({ conditions: [NOT_READY, closed] }),
      message({ conditions: [{ ...NOT_READY, reason: "NodeNotReady" }] }),
      message({ conditions: [{ type: "Ready", status: "Unknown" }] }),
      message({}),
      message({ gates, ready: [false], conditions: [NOT_READY, closed] }),
    ],
    [
      "Its readiness gate example.com/closed is not True",
      "Its readiness gates example.com/open and example.com/closed are not True",
      "Its containers are ready, but Ready was set to False from outside",
      "Its containers are ready, but Ready was set to False from outside",
      "Its containers are ready, but Ready was set to False from outside: NodeNotReady",
      "Its containers are ready, but Ready is Unknown",
      "Its containers are ready, but Ready is not written yet",
      "0 of 1 containers are ready, app-0 is not",
    ],
  );
});

Deno.test("Pod, a failed one names the container that failed before the sidecar that was then stopped", () => {
  const exit = (name: string, exitCode: number) => ({
    name,
    state: { terminated: { exitCode, reason: "Error" } },
  });
  const { status, message } = makeRecord(pod, {
    metadata: { uid: "1", name: "import", namespace: "shop" },
    spec: {
      restartPolicy: "Never",
      initContainers: [{ name: "proxy", restartPolicy: "Always" }],
      containers: [{ name: "app" }],
    },
    status: {
      phase: "Failed",
      initContainerStatuses: [exit("proxy", 143)],
      containerStatuses: [exit("app", 1)],
    },
  });
  assertEquals([status, message], ["Error", "Container app exited with 1: Error"]);
});

Deno.test("Pod, a succeeded one that is being deleted is terminating", async () => {
  const object = await fixture("Pod", "succeeded");
  object.metadata.deletionTimestamp = "2026-03-02T10:12:40Z";
  assertEquals(makeRecord(pod, object).status, "Pending");
});

Deno.test("Pod, a scheduler's long message is shortened", async () => {
  const object = await fixture("Pod", "unschedulable");
  object.status.conditions[0].message = "0/5000 nodes are available: ".repeat(100);
  assert(makeRecord(pod, object).message.length <= 250);
});

Deno.test("Pod, an empty phase is none yet", () => {
  const { status, message } = makeRecord(pod, {
    metadata: { name: "web-0", namespace: "shop", uid: "u-1" },
    spec: { containers: [] },
    status: { phase: "" },
  });
  assertEquals([status, message], ["Pending", "Waiting for a node"]);
});

Deno.test("Pod, an exit that a rule of the container restarts is no failure", async () => {
  const object = await fixture("Pod", "exited_for_good");
  const container = object.spec.containers.find(({ name }: { name: string }) =>
    name === object.status.containerStatuses[0].name
  );
  const { exitCode } = object.status.containerStatuses[0].state.terminated;
  container.restartPolicy = "Never";
  const statuses = [[exitCode], [exitCode + 1]].map((values) => {
    container.restartPolicyRules = [{ action: "Restart", exitCodes: { operator: "In", values } }];
    return makeRecord(pod, object).status;
  });
  assertEquals(statuses, ["Pending", "Error"]);
});

Deno.test("Pod, one that has a node does not wait for one", () => {
  const metadata = { namespace: "shop", name: "web", uid: "u-1" };
  const object = { metadata, spec: { nodeName: "node-1" }, status: { phase: "Pending" } };
  assertEquals(makeRecord(pod, object).message, "Waiting for its containers");
});

Deno.test("Pod, is judged by its status where there is no spec", () => {
  const metadata = { namespace: "shop", name: "web", uid: "u-1" };
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  assertEquals(makeRecord(pod, { metadata, status }).status, "Ready");
});

Deno.test("Pod, tells of each reference at which places it stands", () => {
  const env = (name: string) => [{ name: "A", valueFrom: { secretKeyRef: { name, key: "a" } } }];
  const volumeMounts = [{ name: "part", mountPath: "/part", subPath: "a" }];
  const { references } = makeRecord(pod, {
    metadata: { namespace: "shop", name: "web", uid: "u-1" },
    spec: {
      initContainers: [{ name: "init", env: env("shared") }],
      containers: [{
        name: "app",
        env: env("shared"),
        envFrom: [{ secretRef: { name: "all" } }],
        volumeMounts,
      }],
      ephemeralContainers: [{ name: "debug", env: env("late") }],
      imagePullSecrets: [{ name: "pull" }],
      volumes: [
        { name: "whole", secret: { secretName: "whole" } },
        { name: "part", secret: { secretName: "part" } },
        { name: "many", projected: { sources: [{ secret: { name: "source" } }] } },
        { name: "claim", persistentVolumeClaim: { claimName: "claim" } },
      ],
    },
  });
  assertEquals(
    Object.fromEntries(references.flatMap(({ name, via }) => via ? [[name, viasOf(via).join(" ")]] : [])),
    {
      all: "envFrom",
      claim: "volume",
      late: "env ephemeralContainer",
      part: "volume subPath",
      pull: "imagePullSecret",
      shared: "env initContainer",
      source: "projected",
      whole: "volume",
    },
  );
});
