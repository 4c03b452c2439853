import { limitRange } from "../../src/kinds/limit_range.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(limitRange);

check("ready", { status: "Ready", message: "Limits: 1" });
check("malformed", { status: "Unknown" });
