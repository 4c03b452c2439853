import { roleBinding } from "../../src/kinds/role_binding.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(roleBinding);

check("role", {
  status: "Ready",
  message: "Subjects: 4",
  references: [
    "binds-role -> Role shop/reader",
    "binds-subject -> ServiceAccount ops/ops, optional",
    "binds-subject -> ServiceAccount shop/web, optional",
  ],
});
check("cluster_role", {
  status: "Ready",
  message: "Subjects: 0",
  references: ["binds-role -> ClusterRole reader"],
});
check("malformed", { status: "Unknown", references: [] });
