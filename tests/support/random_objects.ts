/**
 * Objects of all kinds that refer to each other at random. There are so few names that most references
 * find a target at some time. A real API server accepts the objects.
 */
import { CLUSTER_SCOPED, type KubeObject } from "./naive_reading.ts";

export const NAMESPACES = ["alpha", "beta"];
export const RELEASES = ["shop", "blog"];
const NAMES = ["web", "db", "cache"];
const LABELS = { app: NAMES, tier: ["front", "back"], "kubernetes.io/service-name": NAMES };

export class RandomObjects {
  /** Numbers in [0, 1). */
  readonly #next: () => number;
  readonly #present: ReadonlyMap<string, KubeObject>;

  /** @param present the existing objects, as possible targets. */
  constructor(next: () => number, present: ReadonlyMap<string, KubeObject>) {
    this.#next = next;
    this.#present = present;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#next() * from.length)]!;
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  key(kind: string): { readonly name: string; readonly namespace?: string } {
    const name = this.pick(NAMES);
    // The claims that a StatefulSet or a Pod with an ephemeral volume creates, and some with similar names.
    if (kind === "PersistentVolumeClaim" && this.chance(0.5)) {
      const made = `${this.pick(NAMES)}-${name}${this.pick(["", "-0", "-3", "-03"])}`;
      return { name: made, namespace: this.pick(NAMESPACES) };
    }
    if (kind === "Namespace") return { name: `spare-${name}` };
    if (kind === "CustomResourceDefinition") return { name: `${name}s.example.com` };
    if (kind === "APIService") return { name: `v1.${name}.example.com` };
    if (CLUSTER_SCOPED.includes(kind)) return { name };
    return { name, namespace: this.pick(NAMESPACES) };
  }

  /** Returns labels, annotations, and sometimes owners, a few of them in a namespace that forbids it. */
  metadata(namespace?: string): KubeObject {
    const fromAnywhere = this.chance(0.1);
    const owners = [...this.#present.values()].filter(({ metadata }) =>
      fromAnywhere || metadata.namespace === namespace || metadata.namespace === undefined
    );
    const labels: Record<string, string> = {};
    for (const [key, values] of Object.entries(LABELS)) if (this.chance(0.7)) labels[key] = this.pick(values);
    const annotations: Record<string, string> = { "example.com/note": this.pick(NAMES) };
    if (this.chance(0.3)) annotations["kubernetes.io/service-account.name"] = this.pick(NAMES);
    if (this.chance(0.2)) annotations["volume.beta.kubernetes.io/storage-class"] = this.pick(NAMES);
    const owner = this.chance(0.4) && this.#ownerReference(owners, this.chance(0.5));
    const second = owner && this.chance(0.3) && this.#ownerReference(owners);
    const several = second && second.uid !== owner.uid;
    // If two owners are equally near, the contract does not say which of them decides the release.
    const membership = several
      ? "annotations"
      : this.pick(["annotations", "labels", "old labels", "none", "none"]);
    if (membership === "annotations") {
      annotations["meta.helm.sh/release-name"] = this.pick(RELEASES);
      if (this.chance(0.5)) annotations["meta.helm.sh/release-namespace"] = this.pick(NAMESPACES);
      labels["helm.sh/chart"] = `chart-${this.pick(["1", "2"])}`;
    } else if (membership === "old labels") {
      labels.heritage = this.pick(["Helm", "Helm", "Tiller"]);
      labels.release = this.pick(RELEASES);
    } else if (membership === "labels") {
      labels["app.kubernetes.io/managed-by"] = this.pick(["Helm", "Helm", "kustomize"]);
      labels["app.kubernetes.io/instance"] = this.pick(RELEASES);
    }
    return { labels, annotations, ownerReferences: several ? [owner, second] : owner ? [owner] : [] };
  }

  /** Returns everything but the metadata. A later object of the same kind and name may get it too. */
  body(kind: string, { name, namespace = "" }: { name: string; namespace?: string }): KubeObject {
    const selector = { matchLabels: { set: name } };
    const template = () => ({ metadata: { labels: { set: name } }, spec: this.#podSpec() });
    switch (kind) {
      case "Pod": {
        // The API server refuses a Pod of a class that does not exist.
        const classes = [...this.#present.values()].filter((it) => it.kind === "PriorityClass");
        const priorityClassName = classes.length > 0 ? this.pick(classes).metadata.name : undefined;
        return {
          spec: { ...this.#podSpec(), nodeName: this.pick([...NAMES, undefined]), priorityClassName },
        };
      }
      case "Service":
        return { spec: { ports: [{ port: 80 }], selector: this.chance(0.2) ? null : this.#labels() } };
      case "ServiceAccount":
        return { secrets: [this.#named()], imagePullSecrets: [this.#named()] };
      case "PersistentVolumeClaim":
        return {
          spec: {
            ...storage("resources"),
            storageClassName: this.pick(NAMES),
            ...this.chance(0.7) && { volumeName: this.pick(NAMES) },
          },
        };
      case "PersistentVolume":
        return {
          spec: {
            ...storage("capacity"),
            hostPath: { path: "/tmp" },
            storageClassName: this.pick(NAMES),
            claimRef: this.chance(0.2)
              ? null
              : this.#reference("PersistentVolumeClaim", this.pick(NAMESPACES)),
          },
        };
      case "Deployment":
      case "ReplicaSet":
        return { spec: { replicas: this.pick([0, 1, 2]), selector, template: template() } };
      case "StatefulSet":
        return {
          spec: {
            serviceName: this.pick(NAMES),
            replicas: this.pick([0, 1]),
            selector,
            template: template(),
            volumeClaimTemplates: this.chance(0.6)
              ? [{ metadata: { name: this.pick(NAMES) }, spec: storage("resources") }]
              : [],
          },
        };
      case "DaemonSet":
        return { spec: { selector, template: template() } };
      case "Job":
        return { spec: { suspend: true, template: { spec: this.#podSpec("Never") } } };
      case "CronJob":
        return {
          spec: {
            schedule: "0 0 1 1 *",
            jobTemplate: { spec: { template: { spec: this.#podSpec("Never") } } },
          },
        };
      case "Ingress":
        return {
          spec: {
            ingressClassName: this.pick(NAMES),
            defaultBackend: this.#backend(),
            rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend: this.#backend() }] } }],
            tls: [{ secretName: this.pick(NAMES) }],
          },
        };
      case "EndpointSlice":
        return {
          addressType: "IPv4",
          endpoints: ["Pod", "Pod", "Node"].map((kind, index) => ({
            addresses: [`10.1.0.${index}`],
            targetRef: this.#reference(kind, namespace),
          })),
        };
      case "HorizontalPodAutoscaler":
        return { spec: { maxReplicas: 3, scaleTargetRef: { ...this.#scalable(), name: this.pick(NAMES) } } };
      case "PodDisruptionBudget":
        return { spec: { minAvailable: 1, selector: this.#selector() } };
      case "StorageClass":
        return { provisioner: "example.com/disks" };
      case "ReplicationController":
        return { spec: { replicas: this.pick([0, 1]), selector: { set: name }, template: template() } };
      case "ResourceQuota":
        return { spec: { hard: { "count/widgets.example.com": "3" } } };
      case "LimitRange":
        return { spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "9Gi" } }] } };
      case "Role":
      case "ClusterRole":
        return { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }] };
      case "RoleBinding":
      case "ClusterRoleBinding":
        return {
          roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: kind === "RoleBinding" ? this.pick(["Role", "ClusterRole"]) : "ClusterRole",
            name: this.pick(NAMES),
          },
          subjects: [this.#subject(), this.#subject()],
        };
      case "NetworkPolicy":
        return { spec: { podSelector: this.#selector() } };
      case "IngressClass":
        return { spec: { controller: "example.com/controller" } };
      case "ValidatingWebhookConfiguration":
      case "MutatingWebhookConfiguration":
        return { webhooks: [this.#webhook("a"), this.#webhook("b")] };
      case "CustomResourceDefinition": {
        const plural = name.split(".")[0]!;
        const schema = { openAPIV3Schema: { type: "object" } };
        return {
          spec: {
            group: "example.com",
            scope: "Namespaced",
            names: { plural, kind: plural.replace(/^./, (first) => first.toUpperCase()) },
            versions: [{ name: "v1", served: true, storage: true, schema }],
          },
        };
      }
      case "APIService":
        return {
          spec: {
            group: name.replace("v1.", ""),
            version: "v1",
            groupPriorityMinimum: 100,
            versionPriority: 10,
            insecureSkipTLSVerify: true,
            service: { ...this.#namespaced(), port: 443 },
          },
        };
      case "PriorityClass":
        return { value: 1_000 };
      case "GatewayClass":
        return { spec: { controllerName: "example.com/controller" } };
      case "Gateway":
        return {
          spec: {
            gatewayClassName: this.pick(NAMES),
            listeners: [{ name: "https", tls: { certificateRefs: [this.#named(), this.#namespaced()] } }],
          },
        };
      case "HTTPRoute":
      case "GRPCRoute":
        return {
          spec: {
            parentRefs: [this.#named(), this.#namespaced(), { ...this.#named(), group: "", kind: "Service" }],
            rules: [{
              backendRefs: [this.#named(), this.#namespaced(), {
                ...this.#named(),
                group: "example.com",
                kind: "Bucket",
              }],
            }],
          },
        };
      default:
        return {};
    }
  }

  #labels(): Record<string, string> {
    const key = this.pick(["app", "tier"] as const);
    return { [key]: this.pick(LABELS[key]) };
  }

  #selector(): KubeObject {
    const values = [this.pick(NAMES), this.pick(NAMES)];
    return this.pick([
      {},
      { matchLabels: this.#labels() },
      { matchExpressions: [{ key: "app", operator: this.pick(["In", "NotIn"]), values }] },
      {
        matchLabels: this.#labels(),
        matchExpressions: [{ key: "tier", operator: this.pick(["Exists", "DoesNotExist"]) }],
      },
    ]);
  }

  #scalable(): KubeObject {
    return this.pick([
      { apiVersion: "apps/v1", kind: "Deployment" },
      { apiVersion: "apps/v1", kind: "StatefulSet" },
      { apiVersion: "v1", kind: "ReplicationController" },
      { apiVersion: "example.com/v1", kind: "Deployment" },
    ]);
  }

  /** Refers by name, and sometimes also by the uid of an existing object that may be deleted soon. */
  #reference(kind: string, namespace: string): KubeObject {
    const found = [...this.#present.values()].filter((it) =>
      it.kind === kind && it.metadata.namespace === namespace
    );
    if (found.length === 0 || this.chance(0.3)) return { kind, namespace, name: this.pick(NAMES) };
    const { name, uid } = this.pick(found).metadata;
    return { kind, namespace, name, uid };
  }

  #backend(): KubeObject {
    const port = this.pick([{ number: 80 }, { name: "http" }, { name: "use-annotation" }]);
    return { service: { name: this.pick(NAMES), port } };
  }

  #subject(): KubeObject {
    const user = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: this.pick(NAMES) };
    return this.chance(0.8) ? { kind: "ServiceAccount", ...this.#namespaced() } : user;
  }

  /** One that no request meets. */
  #webhook(name: string): KubeObject {
    const none = { apiGroups: ["none.example.com"], apiVersions: ["v1"], resources: ["none"] };
    return {
      name: `${name}.example.com`,
      clientConfig: { service: this.#namespaced() },
      rules: [{ ...none, operations: ["CREATE"] }],
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
    };
  }

  #namespaced(): { name: string; namespace: string } {
    return { name: this.pick(NAMES), namespace: this.pick(NAMESPACES) };
  }

  #named(): { name: string } {
    return { name: this.pick(NAMES) };
  }

  /** Returns an entry that sometimes has a stale group, or a wrong kind or name. */
  #ownerReference(owners: readonly KubeObject[], controller = false): KubeObject | undefined {
    if (owners.length === 0) return undefined;
    const { apiVersion, kind, metadata: { name, uid } } = this.pick(owners);
    const mistake = this.pick([
      ...Array(9).fill({}),
      { apiVersion: "extensions/v1beta1" },
      { kind: "Wrong" },
      { name: this.pick(NAMES) },
    ]);
    return { apiVersion, kind, name, uid, ...controller && { controller }, ...mistake };
  }

  #podSpec(restartPolicy = "Always"): KubeObject {
    const optional = this.chance(0.3);
    const volumes = [
      { configMap: this.#named() },
      { configMap: { name: "kube-root-ca.crt" } },
      { secret: { secretName: this.pick(NAMES), optional } },
      { persistentVolumeClaim: { claimName: this.pick(NAMES) } },
      { projected: { sources: [{ configMap: this.#named() }, { secret: this.#named() }] } },
      { csi: { driver: "example.com", nodePublishSecretRef: this.#named() } },
      { azureFile: { secretName: this.pick(NAMES), shareName: "share" } },
      { ephemeral: { volumeClaimTemplate: { spec: storage("resources") } } },
    ];
    const environment = [
      { envFrom: [{ configMapRef: { ...this.#named(), optional } }] },
      { envFrom: [{ secretRef: this.#named() }] },
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { ...this.#named(), key: "a" } } }] },
      { env: [{ name: "A", valueFrom: { secretKeyRef: { ...this.#named(), key: "a" } } }] },
      {},
    ];
    const container = (name: string) => ({ name, image: "example.com/image", ...this.pick(environment) });
    return {
      restartPolicy,
      terminationGracePeriodSeconds: 0,
      containers: [container("main"), container("side")],
      initContainers: this.chance(0.3) ? [container("init")] : [],
      volumes: [this.pick(volumes), this.pick(volumes)].map((volume, index) => ({
        name: NAMES[index],
        ...volume,
      })),
      ...this.chance(0.5) && { serviceAccountName: this.pick(NAMES) },
      ...this.chance(0.3) && { imagePullSecrets: [this.#named()] },
      ...this.chance(0.3) && { priorityClassName: this.pick(NAMES) },
    };
  }
}

function storage(field: "resources" | "capacity"): KubeObject {
  const size = { storage: "1Gi" };
  return { accessModes: ["ReadWriteOnce"], [field]: field === "capacity" ? size : { requests: size } };
}
