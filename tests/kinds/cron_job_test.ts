import { cronJob } from "../../src/kinds/cron_job.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(cronJob);

check("ran", { status: "Ready", message: "Last run at 2026-03-02T03:00:00Z" });
check("active", { status: "Ready", message: "1 active, last run at 2026-03-02T03:00:00Z" });
check("suspended", { status: "Ready", message: "Suspended, last run at 2026-03-02T03:00:00Z" });
check("never_ran", { status: "Ready", message: "Never ran" });
check("terminating", { status: "Pending", message: "Terminating" });
check("malformed", { status: "Unknown", references: [] });

check("ran", {
  references: [
    "uses-configmap -> ConfigMap shop/import-config",
    "uses-sa -> ServiceAccount shop/default",
    "uses-secret -> Secret shop/web-token",
  ],
  detail: { image: "registry.example/app:1.4.2" },
});
