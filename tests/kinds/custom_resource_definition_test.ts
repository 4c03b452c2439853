import { customResourceDefinition } from "../../src/kinds/custom_resource_definition.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(customResourceDefinition);

check("ready", { status: "Ready", message: "Exists", references: [] });
check("malformed", { status: "Unknown" });
