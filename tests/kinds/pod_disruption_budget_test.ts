import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { podDisruptionBudget } from "../../src/kinds/pod_disruption_budget.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(podDisruptionBudget);

check("healthy", { status: "Ready", message: "3 of 3 Pods are healthy, 1 may be disrupted" });
check("unhealthy", { status: "Pending", message: "1 of 2 needed Pods are healthy" });
check("no_pods", { status: "Ready", message: "The controller counts no Pods" });
check("sync_failed", {
  status: "Error",
  message: "It cannot be computed: SyncFailed: jobs.batch does not implement the scale subresource",
});
check("not_written", { status: "Pending", message: "Its status is not written yet" });
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("malformed", { status: "Unknown", selectors: [] });

check("healthy", {
  references: [],
  selectors: [
    "selects -> Pod: app.kubernetes.io/name In web; tier In front edge; track NotIn canary; zone Exists; legacy DoesNotExist",
  ],
});
check("selects_all", { selectors: ["selects -> Pod: "] });
check("selects_nothing", { selectors: [] });

Deno.test("PodDisruptionBudget, one that may not disrupt is an error for any reason but too few Pods", async () => {
  const object = await fixture("PodDisruptionBudget", "healthy");
  const statuses = ["InsufficientPods", "SyncFailed", "Strange"].map((reason) => {
    object.status.conditions = [{ type: "DisruptionAllowed", status: "False", reason }];
    return makeRecord(podDisruptionBudget, object).status;
  });
  assertEquals(statuses, ["Ready", "Error", "Error"]);
});

Deno.test("PodDisruptionBudget, a budget that counts no Pods needs none for any desired number", async () => {
  const object = await fixture("PodDisruptionBudget", "no_pods");
  delete object.status.conditions;
  assertEquals(makeRecord(podDisruptionBudget, object).message, "The controller counts no Pods");
});

Deno.test("PodDisruptionBudget, one without a generation has no status until a controller wrote it", async () => {
  const object = await fixture("PodDisruptionBudget", "not_written");
  delete object.metadata.generation;
  assertEquals(makeRecord(podDisruptionBudget, object).message, "Its status is not written yet");
  delete object.status;
  assertEquals(makeRecord(podDisruptionBudget, object).message, "Its status is not written yet");
});
