import { resourceQuota } from "../../src/kinds/resource_quota.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(resourceQuota);

check("free", { status: "Ready", message: "Nothing is used up" });
check("used_up", { status: "Ready", message: "Used up: pods (10 of 10), requests.cpu (4000m of 4)" });
check("new", { status: "Ready", message: "It has counted nothing yet" });
check("malformed", { status: "Unknown" });
