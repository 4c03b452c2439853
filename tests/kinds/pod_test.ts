import { assert, assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { pod } from "../../src/kinds/pod.ts";
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

check("exited_and_restarts", { status: "Pending", message: "1 of 2 containers are ready" });
check("done_beside_a_running_one", { status: "Pending", message: "1 of 2 containers are ready" });
check("sidecar_restarts", { status: "Pending", message: "1 of 2 containers are ready" });
check("new", { status: "Pending", message: "Waiting for a node" });
check("scheduling_gated", { status: "Pending", message: "Waiting for a node" });
check("scheduled", { status: "Pending", message: "Waiting for its containers" });
check("creating", { status: "Pending", message: "Container app: ContainerCreating" });
check("initializing", { status: "Pending", message: "Container app: PodInitializing" });
check("unready", { status: "Pending", message: "1 of 2 containers are ready" });
check("readiness_gate", { status: "Pending", message: "Its readiness gates are not met" });

check("ready", {
  references: [owner, "uses-sa -> ServiceAccount shop/web"],
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
    "mounts -> PersistentVolumeClaim shop/web-7c9d5f6b8-x2x4q-scratch",
    "mounts -> PersistentVolumeClaim shop/web-data",
    "uses-sa -> ServiceAccount shop/web",
  ],
});
check("references", {
  references: [
    owner,
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

const REASONS = [
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
];

for (const reason of REASONS) {
  Deno.test(`Pod, a container waiting with ${reason} is an error`, async () => {
    const object = await fixture("Pod", "creating");
    object.status.containerStatuses[1].state.waiting.reason = reason;
    assertEquals(makeRecord(pod, object).message, `Container proxy: ${reason}`);
  });
}

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
