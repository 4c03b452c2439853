import { replicaSet } from "../../src/kinds/replica_set.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(replicaSet);

const owner = "owns <- Deployment shop/web, uid aa0f8e1c-63c5-4b0a-9b43-6e8a7a0d5e10";

check("ready", { status: "Ready", message: "3 of 3 replicas are ready", idle: false });
check("replica_failure", {
  status: "Error",
  message: 'Its Pods cannot be created: FailedCreate: pods "web-" is forbidden',
});
check("behind", { status: "Pending" });
check("unready", { status: "Pending", message: "1 of 3 replicas are ready" });
check("one_by_default", { status: "Pending", message: "0 of 1 replicas are ready" });
check("idle", { status: "Ready", message: "Scaled to zero", idle: true });
check("scaling_down", { idle: false });
check("malformed", { status: "Unknown", references: [owner] });

check("ready", {
  references: [
    "mounts -> PersistentVolumeClaim shop/web-data",
    owner,
    "uses-configmap -> ConfigMap shop/web-config",
    "uses-sa -> ServiceAccount shop/web",
    "uses-secret -> Secret shop/web-token",
  ],
  detail: {
    ownerReferences: [{ kind: "Deployment", name: "web", uid: "aa0f8e1c-63c5-4b0a-9b43-6e8a7a0d5e10" }],
    image: "registry.example/app:1.4.2",
    replicas: { desired: 3, current: 3, ready: 3, available: 3 },
  },
});
