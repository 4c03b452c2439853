import { secret } from "../../src/kinds/secret.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(secret);

check("ready", { status: "Ready", references: [], selectors: [] });
check("malformed", { status: "Unknown", references: [] });
