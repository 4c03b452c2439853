import { horizontalPodAutoscaler } from "../../src/kinds/horizontal_pod_autoscaler.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(horizontalPodAutoscaler);

check("active", { status: "Ready", message: "Replicas: 3, allowed 2 to 10" });
check("unable", { status: "Error", message: "It cannot scale: FailedGetScale" });
check("no_metrics", { status: "Error", message: "It gets no metrics: FailedGetResourceMetric" });
check("disabled", { status: "Ready", message: "Scaling is disabled: its target has no replicas" });
check("new", { status: "Pending" });
check("malformed", { status: "Unknown", references: [] });

check("active", { references: ["scales -> Deployment shop/web"] });
check("untracked_target", { references: [] });
check("other_group", { references: [] });
