/**
 * The references of a Pod spec: claims, ConfigMaps, Secrets and a ServiceAccount. A Pod and the template of a
 * workload have the same.
 */
import { type Fields, fields, list, requiredFields, text } from "./fields.ts";
import type { Refer } from "./rule.ts";

/** The ConfigMap that the API server mounts into every Pod. */
export const ROOT_CA = "kube-root-ca.crt";

/** Volume sources that name a Secret as `secretRef`. */
const SECRET_VOLUMES = ["cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"] as const;

/** Takes the references of a Pod spec. Volumes that are `replaced` in every Pod make none. */
export function podReferences(podSpec: Fields, refer: Refer, replaced?: ReadonlySet<unknown>): void {
  refer.to("uses-sa", { kind: "ServiceAccount", name: text(podSpec.serviceAccountName) || "default" });
  for (const { name } of list(podSpec.imagePullSecrets)) {
    refer.to("uses-secret", { kind: "Secret", name, optional: true });
  }
  for (const volume of list(podSpec.volumes)) {
    if (!replaced?.has(volume.name)) volumeReferences(volume, refer);
  }
  for (const container of list(podSpec.initContainers)) containerReferences(container, refer);
  for (const container of list(podSpec.containers)) containerReferences(container, refer);
  for (const container of list(podSpec.ephemeralContainers)) containerReferences(container, refer);
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

function volumeReferences(volume: Fields, refer: Refer): void {
  const { persistentVolumeClaim, configMap, secret, projected, csi, azureFile } = volume;
  if (persistentVolumeClaim !== undefined) {
    refer.to("mounts", { kind: "PersistentVolumeClaim", name: fields(persistentVolumeClaim).claimName });
  }
  if (configMap !== undefined) referToConfigMap(fields(configMap), refer);
  if (secret !== undefined) {
    const { secretName, optional } = fields(secret);
    refer.to("uses-secret", { kind: "Secret", name: secretName, optional });
  }
  if (projected !== undefined) {
    for (const source of list(fields(projected).sources)) {
      if (source.configMap !== undefined) referToConfigMap(fields(source.configMap), refer);
      if (source.secret !== undefined) referToSecret(fields(source.secret), refer);
    }
  }
  if (csi !== undefined) referToSecret(fields(fields(csi).nodePublishSecretRef), refer);
  if (azureFile !== undefined) {
    refer.to("uses-secret", { kind: "Secret", name: fields(azureFile).secretName });
  }
  for (const source of SECRET_VOLUMES) {
    if (volume[source] !== undefined) referToSecret(fields(fields(volume[source]).secretRef), refer);
  }
}

function containerReferences({ env, envFrom }: Fields, refer: Refer): void {
  for (const { configMapRef, secretRef } of list(envFrom)) {
    if (configMapRef !== undefined) referToConfigMap(fields(configMapRef), refer);
    if (secretRef !== undefined) referToSecret(fields(secretRef), refer);
  }
  for (const { valueFrom } of list(env)) {
    if (valueFrom === undefined) continue;
    const { configMapKeyRef, secretKeyRef } = fields(valueFrom);
    if (configMapKeyRef !== undefined) referToConfigMap(fields(configMapKeyRef), refer);
    if (secretKeyRef !== undefined) referToSecret(fields(secretKeyRef), refer);
  }
}

function referToConfigMap({ name, optional }: Fields, refer: Refer): void {
  if (name !== ROOT_CA) refer.to("uses-configmap", { kind: "ConfigMap", name, optional });
}

function referToSecret({ name, optional }: Fields, refer: Refer): void {
  refer.to("uses-secret", { kind: "Secret", name, optional });
}
