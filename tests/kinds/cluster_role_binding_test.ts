import { clusterRoleBinding } from "../../src/kinds/cluster_role_binding.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(clusterRoleBinding);

check("ready", {
  status: "Ready",
  message: "Subjects: 4",
  references: [
    "binds-role -> ClusterRole reader",
    "binds-subject -> ServiceAccount ops/ops, optional",
    "binds-subject -> ServiceAccount shop/web, optional",
  ],
});
check("malformed", { status: "Unknown", references: [] });
