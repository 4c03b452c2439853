import type { KubeObject, ObjectMeta } from "../kube_object.ts";
import { managed } from "./metadata.ts";
import type { Scene } from "./scene.ts";

const PROVISIONER = "disk.csi.example.com";

export interface StorageClassOptions {
  readonly name: string;
  readonly isDefault: boolean;
}

export function makeStorageClass(scene: Scene, { name, isDefault }: StorageClassOptions): KubeObject {
  return managed({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name,
      uid: scene.random.uuid(),
      creationTimestamp: scene.time(400 * 86_400),
      annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
    },
    provisioner: PROVISIONER,
    parameters: { type: name },
    reclaimPolicy: "Delete",
    allowVolumeExpansion: true,
    volumeBindingMode: "WaitForFirstConsumer",
  }, "kubectl");
}

export interface ClaimOptions {
  readonly meta: ObjectMeta;
  readonly storageClass: string;
  /** The volume that the claim is bound to. Pending if absent. */
  readonly volume?: string;
}

export function makeClaim({ meta, storageClass, volume }: ClaimOptions): KubeObject {
  const bound = volume !== undefined;
  return managed({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...meta,
      annotations: {
        ...meta.annotations,
        ...(bound ? { "pv.kubernetes.io/bind-completed": "yes" } : {}),
        "volume.kubernetes.io/storage-provisioner": PROVISIONER,
      },
      finalizers: ["kubernetes.io/pvc-protection"],
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      ...(bound ? { volumeName: volume } : {}),
      storageClassName: storageClass,
      volumeMode: "Filesystem",
    },
    status: bound
      ? { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "10Gi" } }
      : { phase: "Pending" },
  }, "kube-controller-manager");
}

export interface VolumeOptions {
  readonly name: string;
  readonly storageClass: string;
  readonly phase: "Bound" | "Released";
}

/** Returns the volume that was provisioned for a claim. */
export function makeVolume(scene: Scene, claim: KubeObject, options: VolumeOptions): KubeObject {
  const { name, storageClass, phase } = options;
  return managed({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name,
      uid: scene.random.uuid(),
      creationTimestamp: claim.metadata.creationTimestamp as string,
      annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER },
      finalizers: ["kubernetes.io/pv-protection"],
    },
    spec: {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteOnce"],
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
      csi: { driver: PROVISIONER, fsType: "ext4", volumeHandle: scene.random.hex(24) },
      persistentVolumeReclaimPolicy: phase === "Released" ? "Retain" : "Delete",
      storageClassName: storageClass,
      volumeMode: "Filesystem",
    },
    status: { phase, lastPhaseTransitionTime: claim.metadata.creationTimestamp },
  }, "kube-controller-manager");
}
