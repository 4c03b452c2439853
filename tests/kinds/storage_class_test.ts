import { storageClass } from "../../src/kinds/storage_class.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(storageClass);

check("ready", { status: "Ready", references: [], selectors: [] });
check("terminating", { status: "Pending" });
check("malformed", { status: "Unknown", references: [] });
