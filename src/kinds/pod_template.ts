/**
 * The references of a Pod spec: claims, ConfigMaps, Secrets, a ServiceAccount and a PriorityClass. A Pod and
 * the template of a workload have the same.
 */
import { type Fields, fields, list, requiredFields, text } from "./fields.ts";
import type { Via } from "../model/reference.ts";
import type { Refer } from "./rule.ts";

/** The ConfigMap that the API server mounts into every Pod. */
export const ROOT_CA = "kube-root-ca.crt";

/** Volume sources that name a Secret as `secretRef`. */
const SECRET_VOLUMES = ["cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"] as const;

/** The lists of containers in a Pod spec, each with the place for references that only this list makes. */
const CONTAINERS: readonly { field: string; via: readonly Via[] }[] = [
  { field: "initContainers", via: ["initContainer"] },
  { field: "containers", via: [] },
  { field: "ephemeralContainers", via: ["ephemeralContainer"] },
];

/** Takes the references of a Pod spec. Volumes that are `replaced` in every Pod make none. */
export function podReferences(podSpec: Fields, refer: Refer, replaced?: ReadonlySet<unknown>): void {
  refer.to("uses-priorityclass", {
    group: "scheduling.k8s.io",
    kind: "PriorityClass",
    name: podSpec.priorityClassName,
  });
  refer.to("uses-sa", { kind: "ServiceAccount", name: text(podSpec.serviceAccountName) || "default" });
  for (const { name } of list(podSpec.imagePullSecrets)) {
    refer.to("uses-secret", { kind: "Secret", name, optional: true, via: ["imagePullSecret"] });
  }
  const mounts = mountsOf(podSpec);
  for (const volume of list(podSpec.volumes)) {
    if (!replaced?.has(volume.name)) volumeReferences(volume, refer, mounts.get(volume.name) ?? []);
  }
  for (const { field, via } of CONTAINERS) {
    for (const container of list(podSpec[field])) containerReferences(container, refer, via);
  }
}

/** Takes the references of the pod template of a workload. */
export function templateReferences(
  workload: Fields,
  refer: Refer,
  replaced?: ReadonlySet<unknown>,
): void {
  podReferences(templateSpec(workload), refer, replaced);
}

/** Returns the image of the first container. */
export function podImage(podSpec: Fields): string | undefined {
  return text(list(podSpec.containers)[0]?.image);
}

/** Returns the image of the first container of the pod template of a workload. */
export function templateImage(workload: Fields): string | undefined {
  return podImage(templateSpec(workload));
}

function templateSpec({ spec }: Fields): Fields {
  return fields(fields(requiredFields(spec).template).spec);
}

/** Returns, by name of a volume, how containers mount it. */
function mountsOf(podSpec: Fields): Map<unknown, Via[]> {
  const mounts = new Map<unknown, Via[]>();
  for (const { field, via } of CONTAINERS) {
    for (const { volumeMounts, volumeDevices } of list(podSpec[field])) {
      for (const { name, subPath, subPathExpr } of [...list(volumeMounts), ...list(volumeDevices)]) {
        const ways = mounts.get(name) ?? [];
        if (text(subPath) || text(subPathExpr)) ways.push("subPath");
        mounts.set(name, [...ways, ...via]);
      }
    }
  }
  return mounts;
}

function volumeReferences(volume: Fields, refer: Refer, mounts: readonly Via[]): void {
  const { persistentVolumeClaim, configMap, secret, projected, csi, azureFile } = volume;
  const via: readonly Via[] = ["volume", ...mounts];
  if (persistentVolumeClaim !== undefined) {
    refer.to("mounts", { kind: "PersistentVolumeClaim", name: fields(persistentVolumeClaim).claimName, via });
  }
  if (configMap !== undefined) referToConfigMap(fields(configMap), refer, via);
  if (secret !== undefined) {
    const { secretName, optional } = fields(secret);
    refer.to("uses-secret", { kind: "Secret", name: secretName, optional, via });
  }
  if (projected !== undefined) {
    const via: readonly Via[] = ["projected", ...mounts];
    for (const source of list(fields(projected).sources)) {
      if (source.configMap !== undefined) referToConfigMap(fields(source.configMap), refer, via);
      if (source.secret !== undefined) referToSecret(fields(source.secret), refer, via);
    }
  }
  if (csi !== undefined) referToSecret(fields(fields(csi).nodePublishSecretRef), refer, via);
  if (azureFile !== undefined) {
    refer.to("uses-secret", { kind: "Secret", name: fields(azureFile).secretName, via });
  }
  for (const source of SECRET_VOLUMES) {
    if (volume[source] !== undefined) referToSecret(fields(fields(volume[source]).secretRef), refer, via);
  }
}

function containerReferences({ env, envFrom }: Fields, refer: Refer, via: readonly Via[]): void {
  for (const { configMapRef, secretRef } of list(envFrom)) {
    if (configMapRef !== undefined) referToConfigMap(fields(configMapRef), refer, ["envFrom", ...via]);
    if (secretRef !== undefined) referToSecret(fields(secretRef), refer, ["envFrom", ...via]);
  }
  for (const { valueFrom } of list(env)) {
    if (valueFrom === undefined) continue;
    const { configMapKeyRef, secretKeyRef } = fields(valueFrom);
    if (configMapKeyRef !== undefined) referToConfigMap(fields(configMapKeyRef), refer, ["env", ...via]);
    if (secretKeyRef !== undefined) referToSecret(fields(secretKeyRef), refer, ["env", ...via]);
  }
}

function referToConfigMap({ name, optional }: Fields, refer: Refer, via: readonly Via[]): void {
  if (name !== ROOT_CA) refer.to("uses-configmap", { kind: "ConfigMap", name, optional, via });
}

function referToSecret({ name, optional }: Fields, refer: Refer, via: readonly Via[]): void {
  refer.to("uses-secret", { kind: "Secret", name, optional, via });
}
