import { persistentVolumeClaim } from "../../src/kinds/persistent_volume_claim.ts";
import { kindCases } from "./kind_cases.ts";

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
