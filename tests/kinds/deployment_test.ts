import { deployment } from "../../src/kinds/deployment.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(deployment);

check("ready", { status: "Ready", message: "3 of 3 replicas are ready" });
check("stuck", { status: "Error", message: "Its rollout is stuck: ProgressDeadlineExceeded" });
check("replica_failure", {
  status: "Error",
  message:
    'Its Pods cannot be created: FailedCreate: pods "web-7c9d5f6b8-" is forbidden: exceeded quota: compute',
});
check("behind", { status: "Pending", message: "Generation 4 of 5 is observed" });
check("not_written", { status: "Pending", message: "Its status is not written yet" });
check("updating", { status: "Pending", message: "1 of 3 replicas are updated" });
check("old_replicas", { status: "Pending", message: "2 of 5 replicas are old" });
check("unready", { status: "Pending", message: "2 of 3 replicas are ready" });
check("none_ready", { status: "Pending", message: "0 of 3 replicas are ready" });
check("unavailable", { status: "Pending", message: "1 of 3 replicas are available" });
check("scaled_to_zero", { status: "Ready", message: "Scaled to zero" });
check("scaling_to_zero", { status: "Pending", message: "2 of 2 replicas are old" });
check("paused", { status: "Ready", message: "Paused: 3 of 3 replicas are ready" });
check("paused_half_way", { status: "Pending", message: "Paused: 1 of 3 replicas are updated" });
check("terminating", { status: "Pending", message: "Terminating" });
check("malformed", { status: "Unknown", references: [], detail: {} });

check("ready", {
  references: [
    "mounts -> PersistentVolumeClaim shop/web-data",
    "uses-configmap -> ConfigMap shop/web-config",
    "uses-sa -> ServiceAccount shop/web",
    "uses-secret -> Secret shop/web-token",
  ],
  detail: {
    image: "registry.example/app:1.4.2",
    replicas: { desired: 3, current: 3, ready: 3, available: 3 },
  },
});
check("none_ready", {
  detail: {
    image: "registry.example/app:1.4.2",
    replicas: { desired: 3, current: 3, ready: 0, available: 0 },
  },
});
