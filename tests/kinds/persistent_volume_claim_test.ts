import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { persistentVolumeClaim } from "../../src/kinds/persistent_volume_claim.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(persistentVolumeClaim);

check("bound", { status: "Ready", message: "Bound", detail: { volumeName: "pvc-5b7e" } });
check("pending", { status: "Pending", message: "Waiting for a volume", detail: {} });
check("lost", { status: "Error", message: "Its volume is gone" });
check("no_phase", { status: "Pending" });
check("strange_phase", { status: "Unknown", message: "Phase constructor is not known" });
check("malformed", { status: "Unknown", references: [], detail: {} });

check("bound", {
  references: ["binds -> PersistentVolume pvc-5b7e", "uses-storageclass -> StorageClass fast, optional"],
});
check("pending", { references: ["uses-storageclass -> StorageClass fast"] });
check("no_class", { references: ["binds -> PersistentVolume pvc-5b7e"] });

Deno.test("PersistentVolumeClaim, the annotation names its class before the field, even if it is empty", async () => {
  const object = await fixture("PersistentVolumeClaim", "pending");
  const classes = (annotation: string) => {
    object.metadata.annotations = { "volume.beta.kubernetes.io/storage-class": annotation };
    return makeRecord(persistentVolumeClaim, object).references.flatMap(({ type, name }) =>
      type === "uses-storageclass" ? name : []
    );
  };
  assertEquals([classes("slow"), classes("")], [["slow"], []]);
});
