import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { resourceQuota } from "../../src/kinds/resource_quota.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(resourceQuota);

check("free", { status: "Ready", message: "Nothing is used up" });
check("used_up", { status: "Ready", message: "Used up: pods (10 of 10), requests.cpu (4000m of 4)" });
check("new", { status: "Ready", message: "It has counted nothing yet" });
check("malformed", { status: "Unknown" });

Deno.test("ResourceQuota, what it has not counted is not taken for zero", async () => {
  const object = await fixture("ResourceQuota", "free");
  const message = (status: unknown) => makeRecord(resourceQuota, { ...object, status }).message;
  assertEquals(message({ hard: { pods: "0" } }), "It has counted nothing yet");
  assertEquals(message({ hard: { pods: "10" }, used: null }), "It has counted nothing yet");
  assertEquals(
    message({ hard: { pods: "0", services: "5" }, used: { services: "1" } }),
    "Nothing is used up",
  );
  assertEquals(message({ hard: { pods: "0" }, used: { pods: "0" } }), "Used up: pods (0 of 0)");
});
