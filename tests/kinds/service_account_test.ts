import { serviceAccount } from "../../src/kinds/service_account.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(serviceAccount);

check("ready", { status: "Ready", references: [] });
check("references", {
  references: [
    "uses-secret -> Secret shop/regcred, optional",
    "uses-secret -> Secret shop/web-dockercfg",
    "uses-secret -> Secret shop/web-token-x1",
  ],
});
check("malformed", { status: "Unknown", references: [] });
