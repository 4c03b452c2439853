/**
 * ConfigMaps, Secrets and ServiceAccounts. Their data are made up; tests check that clients never receive
 * them.
 */
import type { KubeObject, ObjectMeta } from "../kube_object.ts";
import { type Application, managed } from "./metadata.ts";
import type { Scene } from "./scene.ts";

export function makeConfigMap(meta: ObjectMeta, data: Readonly<Record<string, string>>): KubeObject {
  return managed({ apiVersion: "v1", kind: "ConfigMap", metadata: meta, data }, "helm");
}

export function makeSecret(
  meta: ObjectMeta,
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, string>> },
): KubeObject {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)]));
  return managed({ apiVersion: "v1", kind: "Secret", metadata: meta, type, data: encoded }, "helm");
}

export function makeServiceAccount(
  meta: ObjectMeta,
  { pullSecrets }: { readonly pullSecrets: readonly string[] },
): KubeObject {
  const account: KubeObject = { apiVersion: "v1", kind: "ServiceAccount", metadata: meta };
  if (pullSecrets.length > 0) account.imagePullSecrets = pullSecrets.map((name) => ({ name }));
  return managed(account, "helm");
}

/** Returns the Secret in which Helm stores one revision of a release. */
export function makeReleaseSecret(
  scene: Scene,
  app: Application,
  { revision, latest }: { readonly revision: number; readonly latest: boolean },
): KubeObject {
  const status = latest ? "deployed" : "superseded";
  return makeSecret({
    name: `sh.helm.release.v1.${app.name}.v${revision}`,
    namespace: app.namespace,
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(Math.floor(app.age / revision)),
    labels: { modifiedAt: "1700000000", name: app.name, owner: "helm", status, version: String(revision) },
  }, { type: "helm.sh/release.v1", data: { release: `H4sIAAAA${scene.random.hex(1800)}` } });
}

/** Returns a text of settings with about this many bytes. */
export function settingsText(scene: Scene, bytes: number): string {
  let text = "";
  while (text.length < bytes) {
    text += `${scene.random.suffix(8)}.${scene.random.suffix(5)}: ${scene.random.hex(16)}\n`;
  }
  return text;
}
