import { statefulSet } from "../../src/kinds/stateful_set.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(statefulSet);

check("ready", { status: "Ready", message: "3 of 3 replicas are ready" });
check("behind", { status: "Pending", message: "Generation 2 of 3 is observed" });
check("unready", { status: "Pending", message: "1 of 3 replicas are ready" });
check("updating", { status: "Pending", message: "1 of 3 replicas are updated" });
check("partitioned", { status: "Ready", message: "3 of 3 replicas are ready" });
check("partition_not_reached", { status: "Pending", message: "1 of 2 replicas are updated" });
check("on_delete", { status: "Ready" });
check("scaled_to_zero", { status: "Ready", message: "Scaled to zero" });
check("malformed", { status: "Unknown", references: [] });

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
