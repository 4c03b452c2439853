/** The fields of a Pod spec that are read from protobuf. A Pod and the template of a workload have the same. */
import * as wire from "../model/wire_field.ts";
import type { WireField } from "../model/wire_field.ts";
import { LOCAL_REFERENCE } from "./wire_parts.ts";

/** A reference by name that may be optional. The number is that of `optional`. */
function optionalReference(optional: number) {
  return { reference: wire.inline(1, LOCAL_REFERENCE), optional: wire.flag(optional) };
}

/** The source of a volume that names a Secret. */
function withSecret(number: number, secretRef: number): WireField {
  return wire.message(number, { secretRef: wire.message(secretRef, LOCAL_REFERENCE) });
}

const VOLUME = {
  name: wire.text(1),
  source: wire.inline(2, {
    secret: wire.message(6, { secretName: wire.text(1), optional: wire.flag(4) }),
    iscsi: withSecret(8, 10),
    persistentVolumeClaim: wire.message(10, { claimName: wire.text(1) }),
    rbd: withSecret(11, 7),
    flexVolume: withSecret(12, 3),
    cinder: withSecret(13, 4),
    cephfs: withSecret(14, 5),
    azureFile: wire.message(18, { secretName: wire.text(1) }),
    configMap: wire.message(19, optionalReference(4)),
    scaleIO: withSecret(25, 3),
    projected: wire.message(26, {
      sources: wire.messages(1, {
        secret: wire.message(1, optionalReference(4)),
        configMap: wire.message(3, optionalReference(4)),
      }),
    }),
    storageos: withSecret(27, 5),
    csi: wire.message(28, { nodePublishSecretRef: wire.message(5, LOCAL_REFERENCE) }),
    ephemeral: wire.message(29),
  }),
};

const CONTAINER = {
  name: wire.text(1),
  image: wire.text(2),
  env: wire.messages(7, {
    valueFrom: wire.message(3, {
      configMapKeyRef: wire.message(3, optionalReference(3)),
      secretKeyRef: wire.message(4, optionalReference(3)),
    }),
  }),
  volumeMounts: wire.messages(9, { name: wire.text(1), subPath: wire.text(4), subPathExpr: wire.text(6) }),
  envFrom: wire.messages(19, {
    configMapRef: wire.message(2, optionalReference(2)),
    secretRef: wire.message(3, optionalReference(2)),
  }),
  volumeDevices: wire.messages(21, { name: wire.text(1) }),
  restartPolicy: wire.text(24),
  restartPolicyRules: wire.messages(25, {
    exitCodes: wire.message(2, { operator: wire.text(1), values: wire.integers(2) }),
  }),
};

export const POD_SPEC = {
  volumes: wire.messages(1, VOLUME),
  containers: wire.messages(2, CONTAINER),
  restartPolicy: wire.text(3),
  serviceAccountName: wire.text(8),
  nodeName: wire.text(10),
  imagePullSecrets: wire.messages(15, LOCAL_REFERENCE),
  initContainers: wire.messages(20, CONTAINER),
  priorityClassName: wire.text(24),
  readinessGates: wire.messages(28, { conditionType: wire.text(1) }),
  ephemeralContainers: wire.messages(34, { container: wire.inline(1, CONTAINER) }),
};

/** Returns the pod template of a workload. */
export function podTemplate(number: number): WireField {
  return wire.message(number, { spec: wire.message(2, POD_SPEC) });
}
