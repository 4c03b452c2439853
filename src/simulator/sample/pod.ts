import type { KubeObject } from "../kube_object.ts";
import { type Application, managed, ownedMeta, selectorLabels } from "./metadata.ts";
import { type PodState, podStatus, type PodStatusOptions } from "./pod_status.ts";
import type { Scene } from "./scene.ts";

/** The objects that a template refers to. */
export interface TemplateOptions {
  readonly serviceAccount: string;
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
  readonly pullSecret?: string;
  /** Claims by the names of their volumes. */
  readonly claims?: Readonly<Record<string, string>>;
  readonly restartPolicy?: "Always" | "Never";
  readonly port?: number;
}

/** Returns a Pod template, as charts write it. */
// deno-lint-ignore no-explicit-any -- a piece of an object, which is KubeObject's any
export function podTemplate(scene: Scene, app: Application, options: TemplateOptions): any {
  const { serviceAccount, configMaps, secrets, pullSecret, claims = {}, restartPolicy = "Always", port } =
    options;
  const probe = (path: string) => ({
    httpGet: { path, port: "http", scheme: "HTTP" },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const [settings, ...mounted] = configMaps;
  const [credentials] = secrets;
  const milli = scene.random.pick([50, 100, 200, 250]);
  return {
    metadata: {
      labels: selectorLabels(app),
      annotations: { "checksum/config": scene.random.hex(64), "prometheus.io/scrape": "true" },
    },
    spec: {
      containers: [{
        name: app.chart,
        image: `registry.example.com/${app.chart}/${app.chart}:${app.appVersion}`,
        imagePullPolicy: "IfNotPresent",
        ...(port === undefined ? {} : {
          ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
          livenessProbe: probe("/healthz"),
          readinessProbe: probe("/ready"),
        }),
        env: [
          { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
          { name: "LOG_LEVEL", value: scene.random.pick(["info", "debug", "warn"]) },
          { name: "OTEL_SERVICE_NAME", value: app.name },
          ...(credentials === undefined
            ? []
            : [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: credentials, key: "password" } } }]),
        ],
        ...(settings === undefined ? {} : { envFrom: [{ configMapRef: { name: settings } }] }),
        resources: {
          limits: { cpu: `${2 * milli}m`, memory: `${2 * milli}Mi` },
          requests: { cpu: `${milli}m`, memory: `${milli}Mi` },
        },
        volumeMounts: [
          ...mounted.map((name) => ({ name, readOnly: true, mountPath: `/etc/${name}` })),
          ...Object.keys(claims).map((name) => ({ name, mountPath: `/var/lib/${name}` })),
          { name: "tmp", mountPath: "/tmp" },
        ],
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      }],
      volumes: [
        ...mounted.map((name) => ({ name, configMap: { name, defaultMode: 420 } })),
        ...Object.entries(claims).map(([name, claimName]) => ({
          name,
          persistentVolumeClaim: { claimName },
        })),
        { name: "tmp", emptyDir: {} },
      ],
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      serviceAccountName: serviceAccount,
      serviceAccount,
      restartPolicy,
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001 },
      schedulerName: "default-scheduler",
    },
  };
}

export interface PodOptions extends PodStatusOptions {
  readonly name: string;
  readonly state: PodState;
  /** Seconds since its creation. */
  readonly age: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Claims by the names of their volumes, for the Pods of a StatefulSet. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** Returns a Pod from the template of its owner, in the given state. */
export function makePod(scene: Scene, owner: KubeObject, options: PodOptions): KubeObject {
  const { name, state, age, labels, claims = {} } = options;
  const { metadata, spec } = owner.spec.template;
  const access = `kube-api-access-${scene.random.suffix(5)}`;
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...ownedMeta(scene, owner, {
        name,
        age,
        labels: { ...metadata.labels, ...labels },
        annotations: metadata.annotations,
      }),
      generateName: `${owner.metadata.name}-`,
      generation: 1,
    },
    spec: {
      ...spec,
      volumes: [
        ...spec.volumes,
        ...Object.entries(claims).map(([volume, claimName]) => ({
          name: volume,
          persistentVolumeClaim: { claimName },
        })),
        accessVolume(access),
      ],
      // deno-lint-ignore no-explicit-any -- as the template
      containers: spec.containers.map((container: any) => ({
        ...container,
        volumeMounts: [
          ...container.volumeMounts,
          ...Object.keys(claims).map((volume) => ({ name: volume, mountPath: `/var/lib/${volume}` })),
          { name: access, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
        ],
      })),
      ...(state === "unscheduled" ? {} : { nodeName: scene.random.pick(scene.nodes) }),
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      tolerations: ["not-ready", "unreachable"].map((taint) => ({
        key: `node.kubernetes.io/${taint}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      })),
    },
  };
  pod.status = podStatus(scene, pod, state, options);
  return managed(pod, "kube-controller-manager");
}

/** The volume that the API server adds to every Pod. */
function accessVolume(name: string): object {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}
