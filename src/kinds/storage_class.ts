/** StorageClass: always ready. Claims and volumes name theirs. */
import { type Fields, fields, requiredFields } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule, type Refer } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const storageClass: KindRule = {
  ...clusterScoped("storage.k8s.io/v1", { kind: "StorageClass", plural: "storageclasses" }),
  wire: wireObject(),

  health: () => ready("Exists"),
};

/** The annotation takes precedence over the field of the spec, even if the annotation is empty. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Declares the reference of a claim or a volume to its class. The reference is optional after it is bound. */
export function storageClassReference({ metadata, spec, status }: Fields, refer: Refer): void {
  const { [CLASS_ANNOTATION]: annotated } = fields(fields(metadata).annotations);
  refer.to("uses-storageclass", {
    group: "storage.k8s.io",
    kind: "StorageClass",
    name: annotated ?? requiredFields(spec).storageClassName,
    optional: fields(status).phase === "Bound",
  });
}
