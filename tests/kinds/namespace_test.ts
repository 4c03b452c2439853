import { namespace } from "../../src/kinds/namespace.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(namespace);

check("active", { status: "Ready", message: "Active", references: [] });
check("new", { status: "Ready" });
check("terminating", { status: "Pending", message: "Terminating" });
check("malformed", { status: "Unknown" });
