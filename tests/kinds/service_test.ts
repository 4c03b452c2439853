import { service } from "../../src/kinds/service.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(service);

check("cluster_ip", { status: "Ready", message: "ClusterIP" });
check("headless", { status: "Ready", message: "Headless" });
check("load_balancer", { status: "Ready", message: "Load balancer at 203.0.113.7" });
check("load_balancer_pending", { status: "Pending", message: "Waiting for the load balancer's address" });
check("load_balancer_external_ips", { status: "Ready", message: "Load balancer at 198.51.100.8" });
check("load_balancer_empty_entry", { status: "Pending", message: "Waiting for the load balancer's address" });
check("external_name", { status: "Ready", message: "ExternalName", selectors: [] });
check("malformed", { status: "Unknown", selectors: [] });

check("cluster_ip", {
  references: [],
  selectors: ["selects -> Pod: app.kubernetes.io/instance In web; app.kubernetes.io/name In web, required"],
});
check("no_selector", { status: "Ready", selectors: [] });
check("empty_selector", { selectors: [] });
