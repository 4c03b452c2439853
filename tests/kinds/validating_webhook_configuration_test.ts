import { validatingWebhookConfiguration } from "../../src/kinds/validating_webhook_configuration.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(validatingWebhookConfiguration);

check("ready", {
  status: "Ready",
  message: "Webhooks: 4",
  references: ["calls -> Service audit/log", "calls -> Service policy/webhook"],
});
check("none", { status: "Ready", message: "Webhooks: 0", references: [] });
check("malformed", { status: "Unknown", references: [] });
