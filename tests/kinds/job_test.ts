import { assertEquals } from "@std/assert";
import { job } from "../../src/kinds/job.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(job);

check("complete", { status: "Ready", message: "Complete: 3 of 3 completed", finished: true });
check("failed", { status: "Error", message: "Failed: BackoffLimitExceeded", finished: true });
check("running", { status: "Pending", message: "1 active, 1 of 3 completed", finished: false });
check("about_to_fail", {
  status: "Error",
  message: "It has failed and ends its Pods: BackoffLimitExceeded",
  finished: false,
});
check("suspended", { status: "Pending", message: "Suspended: 0 of 3 completed", finished: false });
check("malformed", { status: "Unknown", finished: false });

check("complete", {
  references: [
    "owns <- CronJob shop/import, uid be4b7d6e-71f3-4a4e-8d8d-2f1a6a0c7d11",
    "uses-configmap -> ConfigMap shop/import-config",
    "uses-sa -> ServiceAccount shop/default",
    "uses-secret -> Secret shop/web-token",
  ],
});

Deno.test("Job, a work queue's has no number to complete", async () => {
  const object = await fixture("Job", "running");
  object.spec.parallelism = 3;
  delete object.spec.completions;
  assertEquals(makeRecord(job, object).message, "1 active, 1 completed");
});
