import { podDisruptionBudget } from "../../src/kinds/pod_disruption_budget.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(podDisruptionBudget);

check("healthy", { status: "Ready", message: "3 of 3 Pods are healthy, 1 may be disrupted" });
check("unhealthy", { status: "Pending", message: "1 of 2 needed Pods are healthy" });
check("no_pods", { status: "Ready", message: "It expects no Pods" });
check("malformed", { status: "Unknown", selectors: [] });

check("healthy", {
  references: [],
  selectors: [
    "selects -> Pod: app.kubernetes.io/name In web; tier In front edge; track NotIn canary; zone Exists; legacy DoesNotExist",
  ],
});
check("selects_all", { selectors: ["selects -> Pod: "] });
check("selects_nothing", { selectors: [] });
