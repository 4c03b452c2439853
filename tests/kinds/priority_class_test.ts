import { priorityClass } from "../../src/kinds/priority_class.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(priorityClass);

check("ready", { status: "Ready", message: "Value 1000" });
check("default", { status: "Ready", message: "Value 0, the default" });
check("malformed", { status: "Unknown" });
