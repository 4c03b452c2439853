import { assertEquals } from "@std/assert";
import { daemonSet } from "../../src/kinds/daemon_set.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(daemonSet);

check("ready", { status: "Ready", message: "5 of 5 Pods are ready" });
check("not_written", { status: "Pending", message: "Its status is not written yet" });
check("unready", { status: "Pending", message: "3 of 5 Pods are ready" });
check("unavailable", { status: "Pending", message: "2 of 5 Pods are available" });
check("updating", { status: "Pending", message: "2 of 5 Pods are updated" });
check("on_delete", { status: "Ready" });
check("no_nodes", { status: "Ready", message: "No node has to run it" });
check("malformed", { status: "Unknown", references: [] });

check("ready", {
  references: [
    "mounts -> PersistentVolumeClaim shop/web-data",
    "uses-configmap -> ConfigMap shop/web-config",
    "uses-sa -> ServiceAccount shop/web",
    "uses-secret -> Secret shop/web-token",
  ],
  detail: {
    image: "registry.example/app:1.4.2",
    replicas: { desired: 5, current: 5, ready: 5, available: 5 },
  },
});

Deno.test("DaemonSet, waits for available Pods with any update strategy", async () => {
  const object = await fixture("DaemonSet", "on_delete");
  object.status.numberAvailable = 1;
  assertEquals(makeRecord(daemonSet, object).message, "1 of 5 Pods are available");
});
