import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { persistentVolume } from "../../src/kinds/persistent_volume.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(persistentVolume);

check("bound", { status: "Ready", message: "Bound" });
check("available", { status: "Ready", message: "Available", detail: {} });
check("pending", { status: "Pending" });
check("no_phase", { status: "Pending" });
check("released", { status: "Pending", message: "Released: its claim is gone" });
check("failed", { status: "Error" });
check("malformed", { status: "Unknown", references: [], detail: {} });

check("bound", {
  references: [
    "binds <- PersistentVolumeClaim shop/web-data, uid c13a9d3b-6f41-4d3e-b1cb-2f0a6cf2fb13",
    "uses-storageclass -> StorageClass fast, optional",
  ],
  detail: {
    claimRef: {
      kind: "PersistentVolumeClaim",
      namespace: "shop",
      name: "web-data",
      uid: "c13a9d3b-6f41-4d3e-b1cb-2f0a6cf2fb13",
    },
  },
});
check("reserved", {
  references: ["binds <- PersistentVolumeClaim shop/web-data", "uses-storageclass -> StorageClass fast"],
});
check("available", { references: ["uses-storageclass -> StorageClass fast"] });

Deno.test("PersistentVolume, is bound by nothing but a claim", async () => {
  const object = await fixture("PersistentVolume", "bound");
  object.spec.claimRef.kind = "Pod";
  assertEquals(makeRecord(persistentVolume, object).references.map(({ type }) => type), [
    "uses-storageclass",
  ]);
});

Deno.test("PersistentVolume, the annotation names its class before the field, even if it is empty", async () => {
  const object = await fixture("PersistentVolume", "available");
  const classes = (annotation: string) => {
    object.metadata.annotations = { "volume.beta.kubernetes.io/storage-class": annotation };
    return makeRecord(persistentVolume, object).references.flatMap(({ type, name }) =>
      type === "uses-storageclass" ? name : []
    );
  };
  assertEquals([classes("slow"), classes("")], [["slow"], []]);
});
