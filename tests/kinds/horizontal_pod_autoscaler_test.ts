import { assertEquals } from "@std/assert";
import { horizontalPodAutoscaler } from "../../src/kinds/horizontal_pod_autoscaler.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(horizontalPodAutoscaler);

check("active", { status: "Ready", message: "Replicas: 3, allowed 2 to 10" });
check("unable", { status: "Error", message: "It cannot read the scale of its target: FailedGetScale" });
check("no_metrics", { status: "Error", message: "It gets no metrics: FailedGetResourceMetric" });
check("disabled", { status: "Ready", message: "Scaling is disabled: its target has no replicas" });
check("new", { status: "Pending" });
check("malformed", { status: "Unknown", references: [] });

check("active", { references: ["scales -> Deployment shop/web"] });
check("untracked_target", { references: [] });
check("other_group", { references: [] });

const SENTENCES = [
  ["AbleToScale", "FailedUpdateScale", "It cannot set the scale of its target: FailedUpdateScale"],
  ["AbleToScale", "Strange", "It cannot scale: Strange"],
  ["ScalingActive", "FailedGetExternalMetric", "It gets no metrics: FailedGetExternalMetric"],
  ["ScalingActive", "AmbiguousSelector", "Another autoscaler selects the same Pods: AmbiguousSelector"],
  [
    "ScalingActive",
    "InvalidSelector",
    "The selector of its target is missing or invalid: InvalidSelector",
  ],
  [
    "ScalingActive",
    "InvalidMetricSourceType",
    "It does not know the type of a metric: InvalidMetricSourceType",
  ],
  ["ScalingActive", "Strange", "Its scaling is not active: Strange"],
] as const;

for (const [type, reason, message] of SENTENCES) {
  Deno.test(`HorizontalPodAutoscaler, its sentence follows the reason ${reason} of ${type}`, async () => {
    const object = await fixture("HorizontalPodAutoscaler", "active");
    object.status.conditions = [{ type, status: "False", reason }];
    const record = makeRecord(horizontalPodAutoscaler, object);
    assertEquals([record.status, record.message], ["Error", message]);
  });
}
