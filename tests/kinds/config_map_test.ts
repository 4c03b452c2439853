import { configMap } from "../../src/kinds/config_map.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(configMap);

check("ready", { status: "Ready", references: [], selectors: [] });
check("terminating", { status: "Pending", message: "Terminating" });
check("malformed", { status: "Unknown", references: [] });
