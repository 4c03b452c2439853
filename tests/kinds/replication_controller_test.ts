import { replicationController } from "../../src/kinds/replication_controller.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(replicationController);

check("ready", { status: "Ready", message: "2 of 2 replicas are ready", idle: false });
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("unready", { status: "Pending", message: "1 of 2 replicas are ready" });
check("scaled_to_zero", { status: "Ready", message: "Scaled to zero", idle: false });
check("replica_failure", {
  status: "Error",
  message: 'Its Pods cannot be created: FailedCreate: pods "web-" is forbidden: exceeded quota: compute',
});
check("malformed", { status: "Unknown", references: [] });

check("ready", {
  references: [
    "uses-priorityclass -> PriorityClass high",
    "uses-sa -> ServiceAccount shop/default",
    "uses-secret -> Secret shop/web-token",
  ],
  detail: {
    image: "registry.example/app:1.4.2",
    replicas: { desired: 2, current: 2, ready: 2, available: 2 },
  },
});
