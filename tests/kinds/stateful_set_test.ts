import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { statefulSet } from "../../src/kinds/stateful_set.ts";
import { describeReference, fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(statefulSet);

check("ready", { status: "Ready", message: "3 of 3 replicas are ready" });
check("behind", { status: "Pending", message: "Generation 2 of 3 is observed" });
check("unready", { status: "Pending", message: "1 of 3 replicas are ready" });
check("unavailable", { status: "Pending", message: "1 of 3 replicas are available" });
check("updating", { status: "Pending", message: "1 of 3 replicas are updated" });
check("partitioned", { status: "Ready", message: "3 of 3 replicas are ready" });
check("partition_not_reached", { status: "Pending", message: "1 of 2 replicas are updated" });
check("on_delete", { status: "Ready" });
check("scaled_to_zero", { status: "Ready", message: "Scaled to zero" });
check("malformed", { status: "Unknown", references: [] });

check("ready", {
  references: [
    "uses-configmap -> ConfigMap shop/web-config",
    "uses-sa -> ServiceAccount shop/web",
    "uses-secret -> Secret shop/web-token",
    "uses-service -> Service shop/db",
  ],
  selectors: ["mounts -> PersistentVolumeClaim: name without ordinal In data-db"],
  detail: {
    image: "registry.example/app:1.4.2",
    replicas: { desired: 3, current: 3, ready: 3, available: 3 },
  },
});

Deno.test("StatefulSet, refers to nothing in a volume that a claim template replaces", async () => {
  const object = await fixture("StatefulSet", "ready");
  const references = (name: string) => {
    object.spec.template.spec.volumes = [
      { name, configMap: { name: "replaced" } },
      { name, secret: { secretName: "replaced" } },
      { name, persistentVolumeClaim: { claimName: "replaced" } },
    ];
    return makeRecord(statefulSet, object).references.map(describeReference)
      .filter((line) => line.includes("replaced"));
  };
  assertEquals([references("data"), references("other").length], [[], 3]);
});

Deno.test("StatefulSet, refers to no Service where its name is empty", async () => {
  const object = await fixture("StatefulSet", "ready");
  object.spec.serviceName = "";
  assertEquals(makeRecord(statefulSet, object).references.some(({ type }) => type === "uses-service"), false);
});

for (const type of ["RollingUpdate", "OnDelete"]) {
  Deno.test(`StatefulSet, waits for minReadySeconds with ${type}`, async () => {
    const object = await fixture("StatefulSet", "unavailable");
    object.spec.updateStrategy = { type };
    const waiting = makeRecord(statefulSet, object).status;
    object.spec.minReadySeconds = 0;
    assertEquals([waiting, makeRecord(statefulSet, object).status], ["Pending", "Ready"]);
  });
}
