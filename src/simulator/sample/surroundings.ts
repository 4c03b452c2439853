import type { KubeObject, ObjectMeta } from "../kube_object.ts";
import { managed } from "./metadata.ts";
import type { Scene } from "./scene.ts";
import { makeConfigMap, makeSecret, makeServiceAccount, settingsText } from "./settings.ts";

/** The names of the objects that the applications of a namespace share. No release owns them. */
export const SHARED = {
  settings: "common-settings",
  pullSecret: "registry-credentials",
  tlsSecret: "wildcard-tls",
} as const;

/** Returns a namespace with the objects that exist in it before anything is installed. */
export function surroundings(scene: Scene, name: string, age: number): KubeObject[] {
  const meta = (of: string): ObjectMeta => ({
    name: of,
    namespace: name,
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(age),
  });
  return [
    managed({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        uid: scene.random.uuid(),
        creationTimestamp: scene.time(age),
        labels: { "kubernetes.io/metadata.name": name },
      },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    }, "kubectl"),
    makeServiceAccount(meta("default"), { pullSecrets: [] }),
    makeConfigMap(meta("kube-root-ca.crt"), { "ca.crt": settingsText(scene, 1000) }),
    makeConfigMap(meta(SHARED.settings), { "common.properties": settingsText(scene, 600) }),
    makeSecret(meta(SHARED.pullSecret), {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": `{"auths":{"registry.example.com":{"auth":"${scene.random.hex(40)}"}}}` },
    }),
    makeSecret(meta(SHARED.tlsSecret), {
      type: "kubernetes.io/tls",
      data: { "tls.crt": scene.random.hex(1200), "tls.key": scene.random.hex(1200) },
    }),
  ];
}
