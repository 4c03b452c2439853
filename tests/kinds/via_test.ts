/** The places at which references stand. */
import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind } from "../../src/kinds/registry.ts";
import { viasOf } from "../../src/model/reference.ts";

const identity = { name: "web", namespace: "shop", uid: "u-1" };

/** By type and name of each reference that stands in a place: the places. */
function places(apiVersion: string, object: Record<string, unknown> & { kind: string }) {
  const rule = findKind(apiVersion.split("/").at(-2) ?? "", object.kind)!;
  const { references } = makeRecord(rule, { metadata: identity, ...object });
  return Object.fromEntries(
    references.filter(({ via }) => via !== undefined)
      .map(({ type, name, via = 0 }) => [`${type} ${name}`, viasOf(via).join()]),
  );
}

const configMap = (name: string) => ({ configMapRef: { name } });
const spec = {
  imagePullSecrets: [{ name: "pull" }],
  volumes: [
    { name: "config", configMap: { name: "config" } },
    { name: "secret", secret: { secretName: "secret" } },
    { name: "unmounted", secret: { secretName: "unmounted" } },
    { name: "data", persistentVolumeClaim: { claimName: "data" } },
    { name: "block", persistentVolumeClaim: { claimName: "block" } },
    { name: "all", projected: { sources: [{ secret: { name: "secret" } }, { configMap: { name: "all" } }] } },
    { name: "csi", csi: { nodePublishSecretRef: { name: "csi" } } },
  ],
  initContainers: [{
    envFrom: [configMap("init"), configMap("shared")],
    volumeMounts: [{ name: "secret", mountPath: "/s" }],
    volumeDevices: [{ name: "block", devicePath: "/dev/x" }],
  }],
  containers: [{
    envFrom: [configMap("shared")],
    env: [{ name: "A", valueFrom: { secretKeyRef: { name: "secret", key: "a" } } }],
    volumeMounts: [
      { name: "config", mountPath: "/c", subPath: "c.yaml" },
      { name: "data", mountPath: "/d", subPathExpr: "$(POD)" },
      { name: "csi", mountPath: "/x" },
    ],
  }],
  ephemeralContainers: [{ envFrom: [configMap("debug")] }],
};
const expected = {
  "mounts block": "volume,initContainer",
  "mounts data": "volume,subPath",
  "uses-configmap all": "projected",
  "uses-configmap config": "volume,subPath",
  "uses-configmap debug": "envFrom,ephemeralContainer",
  "uses-configmap init": "envFrom,initContainer",
  "uses-configmap shared": "envFrom,initContainer",
  "uses-secret csi": "volume",
  "uses-secret pull": "imagePullSecret",
  "uses-secret secret": "env,volume,projected,initContainer",
  "uses-secret unmounted": "volume",
};

Deno.test("Pod, its references say where they stand, merged over equal ones", () => {
  assertEquals(places("v1", { kind: "Pod", spec }), expected);
});

Deno.test("Deployment, the references of its template say where they stand", () => {
  assertEquals(places("apps/v1", { kind: "Deployment", spec: { template: { spec } } }), expected);
});

Deno.test("Ingress, its certificates say where they stand", () => {
  const ingress = { kind: "Ingress", spec: { tls: [{ secretName: "cert" }] } };
  assertEquals(places("networking.k8s.io/v1", ingress), { "uses-secret cert": "tls" });
});

Deno.test("ServiceAccount, its image pull Secrets say so, also where it mounts them too", () => {
  const account = {
    kind: "ServiceAccount",
    secrets: [{ name: "both" }],
    imagePullSecrets: [{ name: "both" }],
  };
  assertEquals(places("v1", account), { "uses-secret both": "imagePullSecret" });
});
