import { role } from "../../src/kinds/role.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(role);

check("ready", { status: "Ready", message: "Rules: 2", references: [] });
check("empty", { status: "Ready", message: "Rules: 0" });
check("malformed", { status: "Unknown" });
