import { clusterRole } from "../../src/kinds/cluster_role.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(clusterRole);

check("ready", { status: "Ready", message: "Rules: 2", references: [] });
check("empty", { status: "Ready", message: "Rules: 0" });
check("malformed", { status: "Unknown" });
