import { networkPolicy } from "../../src/kinds/network_policy.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(networkPolicy);

check("web", {
  status: "Ready",
  message: "Rules: 1 for ingress",
  selectors: ["selects -> Pod: app In web; tier NotIn back"],
});
check("deny_all", {
  status: "Ready",
  message: "Rules: 0 for ingress, 0 for egress",
  selectors: ["selects -> Pod: "],
});
check("default_types", { message: "Rules: 0 for ingress, 1 for egress" });
check("malformed", { status: "Unknown", selectors: [] });
