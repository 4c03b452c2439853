/**
 * The expected graph, computed from the objects of an API server: identity, relations and release membership
 * as the contract defines them, each in the most obvious way and again for every question. It shares no code
 * with the program, so that tests can compare the two.
 */
import type { GraphAnswer } from "./astrolabe.ts";

// deno-lint-ignore no-explicit-any -- an object is whatever the API server says
export type KubeObject = any;

/** The path at which the API server lists each kind. */
export const LISTS: Readonly<Record<string, string>> = {
  Pod: "/api/v1/pods",
  Service: "/api/v1/services",
  ServiceAccount: "/api/v1/serviceaccounts",
  PersistentVolumeClaim: "/api/v1/persistentvolumeclaims",
  ConfigMap: "/api/v1/configmaps",
  Secret: "/api/v1/secrets",
  PersistentVolume: "/api/v1/persistentvolumes",
  Namespace: "/api/v1/namespaces",
  Deployment: "/apis/apps/v1/deployments",
  StatefulSet: "/apis/apps/v1/statefulsets",
  DaemonSet: "/apis/apps/v1/daemonsets",
  ReplicaSet: "/apis/apps/v1/replicasets",
  Job: "/apis/batch/v1/jobs",
  CronJob: "/apis/batch/v1/cronjobs",
  Ingress: "/apis/networking.k8s.io/v1/ingresses",
  EndpointSlice: "/apis/discovery.k8s.io/v1/endpointslices",
  HorizontalPodAutoscaler: "/apis/autoscaling/v2/horizontalpodautoscalers",
  PodDisruptionBudget: "/apis/policy/v1/poddisruptionbudgets",
  StorageClass: "/apis/storage.k8s.io/v1/storageclasses",
  Node: "/api/v1/nodes",
  ReplicationController: "/api/v1/replicationcontrollers",
  ResourceQuota: "/api/v1/resourcequotas",
  LimitRange: "/api/v1/limitranges",
  Role: "/apis/rbac.authorization.k8s.io/v1/roles",
  RoleBinding: "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  NetworkPolicy: "/apis/networking.k8s.io/v1/networkpolicies",
  IngressClass: "/apis/networking.k8s.io/v1/ingressclasses",
  ValidatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  MutatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  APIService: "/apis/apiregistration.k8s.io/v1/apiservices",
  PriorityClass: "/apis/scheduling.k8s.io/v1/priorityclasses",
  GatewayClass: "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
  Gateway: "/apis/gateway.networking.k8s.io/v1/gateways",
  HTTPRoute: "/apis/gateway.networking.k8s.io/v1/httproutes",
  GRPCRoute: "/apis/gateway.networking.k8s.io/v1/grpcroutes",
};

export const CLUSTER_SCOPED = [
  "PersistentVolume",
  "Namespace",
  "StorageClass",
  "Node",
  "ClusterRole",
  "ClusterRoleBinding",
  "IngressClass",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
  "APIService",
  "PriorityClass",
  "GatewayClass",
];
/** Relations that take their source along into a release's answer. */
const ATTACHING = ["selects", "endpoints", "routes-to", "scales", "attached-to", "binds-subject"];
/** Relations that take nothing along, into no answer. */
const NOT_FOLLOWED = ["runs-on", "uses-priorityclass"];

interface Question {
  readonly namespace?: string;
  /** `name` or `namespace/name`. */
  readonly release?: string;
  readonly releaseNamespace?: string;
  readonly inactive?: boolean;
}

interface Relation {
  readonly from: KubeObject;
  readonly type: string;
  readonly to: KubeObject;
}

/** Returns the nodes and edges of a graph as sorted lines, for the comparison of two graphs. */
export interface Description {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

export class NaiveReading {
  readonly #objects: readonly KubeObject[];
  readonly #relations = new Map<string, Relation>();
  readonly #uids: ReadonlyMap<string, KubeObject>;
  readonly #names: ReadonlyMap<string, KubeObject>;
  /** The namespaces, by name. */
  readonly #pods: ReadonlyMap<string, readonly KubeObject[]>;
  readonly #claims: ReadonlyMap<string, readonly KubeObject[]>;

  constructor(objects: readonly KubeObject[]) {
    this.#objects = objects;
    this.#uids = new Map(objects.map((object) => [object.metadata.uid, object]));
    this.#names = new Map(objects.map((object) => [nameOf(object), object]));
    const byNamespace = (kind: string) =>
      Map.groupBy(objects.filter((it) => it.kind === kind), (it) => it.metadata.namespace);
    this.#pods = byNamespace("Pod");
    this.#claims = byNamespace("PersistentVolumeClaim");
    for (const object of objects) this.#relate(object);
  }

  graph({ namespace, release, inactive = false }: Question = {}): Description {
    const inNamespace = namespace && this.#ofNamespace(namespace);
    const inRelease = release && this.#ofRelease(release);
    const there = new Set(this.#objects.filter((it) =>
      (!inNamespace || inNamespace.has(it)) &&
      (!inRelease || inRelease.has(it)) &&
      (inactive || !isIdle(it))
    ));
    return {
      nodes: [...there].map((it) => this.#describe(it)).sort(),
      edges: [...this.#relations].flatMap(([line, { from, to }]) =>
        there.has(from) && there.has(to) ? [line] : []
      ).sort(),
    };
  }

  /** Returns all releases, as `namespace/name`. */
  releases(): string[] {
    return [...new Set(this.#objects.flatMap((it) => this.#ownReleaseOf(it) ?? []))].sort();
  }

  #describe(it: KubeObject): string {
    const { metadata: { uid, labels = {}, creationTimestamp } } = it;
    const release = this.#releaseOf(it) ?? "";
    const chart = labels["helm.sh/chart"] || labels.chart || "";
    return line([it.apiVersion, nameOf(it), uid, release, chart, creationTimestamp], labels);
  }

  /**
   * Returns the release of the topmost controller that has one, otherwise the release of the object itself.
   */
  #ownReleaseOf(it: KubeObject, below: readonly KubeObject[] = []): string | undefined {
    const controller = (it.metadata.ownerReferences ?? []).find((owner: KubeObject) => owner.controller);
    const above = controller && this.#ownerOf(it, controller.uid);
    const isCircle = above !== undefined && (above === it || below.includes(above));
    return above && !isCircle && this.#ownReleaseOf(above, [...below, it]) || ownRelease(it);
  }

  #releaseOf(it: KubeObject): string | undefined {
    const queue = [it];
    for (const next of queue) {
      const release = this.#ownReleaseOf(next);
      if (release) return release;
      queue.push(...this.#ownersOf(next).filter((owner) => !queue.includes(owner)));
    }
    return undefined;
  }

  #ownersOf(it: KubeObject): KubeObject[] {
    return (it.metadata.ownerReferences ?? []).flatMap(({ uid }: KubeObject) => this.#ownerOf(it, uid) ?? []);
  }

  /** An owner is cluster-scoped or in the namespace of what it owns, as the garbage collector demands. */
  #ownerOf(it: KubeObject, uid: string): KubeObject | undefined {
    const owner = this.#byUid(uid);
    const home = owner?.metadata.namespace;
    return home === undefined || home === it.metadata.namespace ? owner : undefined;
  }

  #ofNamespace(namespace: string): Set<KubeObject> {
    const inside = new Set(this.#objects.filter(({ metadata }) => metadata.namespace === namespace));
    const clusterScoped = this.#objects.filter((it) =>
      CLUSTER_SCOPED.includes(it.kind) &&
      (it.kind === "Namespace" && it.metadata.name === namespace ||
        this.#relations.values().some(({ from, type, to }) =>
          !NOT_FOLLOWED.includes(type) && (from === it && inside.has(to) || to === it && inside.has(from))
        ))
    );
    return new Set([...inside, ...clusterScoped]);
  }

  #ofRelease(release: string): Set<KubeObject> {
    const isAsked = (own = "") => own === release || own.endsWith(`/${release}`);
    const core = new Set(this.#objects.filter((it) => isAsked(this.#ownReleaseOf(it))));
    for (const owner of core) {
      for (const { from, type, to } of this.#relations.values()) {
        if (type === "owns" && from === owner && !this.#ownReleaseOf(to)) core.add(to);
      }
    }
    const attached = new Set<KubeObject>();
    for (const { from, type, to } of this.#relations.values()) {
      const takesTarget = core.has(from) && !NOT_FOLLOWED.includes(type);
      if (takesTarget && !this.#ownReleaseOf(to)) attached.add(to);
      if (core.has(to) && !this.#ownReleaseOf(from) && ATTACHING.includes(type)) attached.add(from);
    }
    const behindClaims = this.#relations.values().filter(({ from, to }) =>
      attached.has(from) && !core.has(from) && from.kind === "PersistentVolumeClaim" &&
      ["PersistentVolume", "StorageClass"].includes(to.kind)
    ).map(({ to }) => to);
    return new Set([...core, ...attached, ...behindClaims].filter((it) => !isHelmStorage(it)));
  }

  // Relations

  #relate(it: KubeObject): void {
    const { kind, metadata, spec } = it;
    const to = (type: string, target: KubeObject) => this.#add(it, type, target);
    for (const owner of this.#ownersOf(it)) this.#add(owner, "owns", it);
    const podSpec = podSpecOf(it);
    if (podSpec) this.#relatePodSpec(it, podSpec);

    if (kind === "Service" && Object.keys(spec.selector ?? {}).length > 0) {
      this.#select(it, { matchLabels: spec.selector });
    }
    if (kind === "PodDisruptionBudget" && spec.selector) this.#select(it, spec.selector);
    if (kind === "NetworkPolicy") this.#select(it, spec.podSelector);
    if (kind === "EndpointSlice") {
      this.#add(this.#named(it, "Service", metadata.labels?.["kubernetes.io/service-name"]), "endpoints", it);
      for (const { targetRef } of it.endpoints ?? []) {
        if (targetRef?.kind !== "Pod") continue;
        to("selects", targetRef.uid ? this.#byUid(targetRef.uid) : this.#named(it, "Pod", targetRef.name));
      }
    }
    if (kind === "Ingress") {
      const paths = (spec.rules ?? []).flatMap((rule: KubeObject) => rule.http?.paths ?? []);
      const backends = [spec.defaultBackend, ...paths.map((path: KubeObject) => path.backend)];
      for (const { service } of backends.filter((backend) => backend)) {
        if (service?.port?.name !== "use-annotation") {
          to("routes-to", this.#named(it, "Service", service?.name));
        }
      }
      for (const { secretName } of spec.tls ?? []) to("uses-secret", this.#named(it, "Secret", secretName));
    }
    if (kind === "HorizontalPodAutoscaler") {
      const { apiVersion, kind, name } = spec.scaleTargetRef;
      const target = this.#named(it, kind, name);
      if (target?.apiVersion.split("/")[0] === apiVersion.split("/")[0]) to("scales", target);
    }
    if (kind === "PersistentVolumeClaim") to("binds", this.#named(it, "PersistentVolume", spec.volumeName));
    if (kind === "PersistentVolume" && spec.claimRef) {
      const { namespace, name, uid } = spec.claimRef;
      const claim = this.#named({ metadata: { namespace } }, "PersistentVolumeClaim", name);
      if (!uid || uid === claim?.metadata.uid) this.#add(claim, "binds", it);
    }
    if (["PersistentVolume", "PersistentVolumeClaim"].includes(kind)) {
      const annotated = metadata.annotations?.["volume.beta.kubernetes.io/storage-class"];
      to("uses-storageclass", this.#named(it, "StorageClass", annotated ?? spec.storageClassName));
    }
    if (kind === "StatefulSet") {
      to("uses-service", this.#named(it, "Service", spec.serviceName));
      for (const { metadata: { name } } of spec.volumeClaimTemplates ?? []) {
        for (const claim of this.#claims.get(metadata.namespace) ?? []) {
          const ordinal = claim.metadata.name.slice(`${name}-${metadata.name}-`.length);
          const made = claim.metadata.name === `${name}-${metadata.name}-${Number(ordinal)}`;
          if (made && /^\d+$/.test(ordinal)) to("mounts", claim);
        }
      }
    }
    if (kind === "Pod") to("runs-on", this.#named(it, "Node", spec.nodeName));
    if (kind === "Ingress") to("uses-class", this.#named(it, "IngressClass", spec.ingressClassName));
    if (kind === "Gateway") {
      to("uses-class", this.#named(it, "GatewayClass", spec.gatewayClassName));
      for (const { tls } of spec.listeners ?? []) {
        for (const target of tls?.certificateRefs ?? []) {
          to("uses-secret", this.#referred(it, "Secret", target));
        }
      }
    }
    if (kind === "HTTPRoute" || kind === "GRPCRoute") {
      for (const target of spec.parentRefs ?? []) to("attached-to", this.#referred(it, "Gateway", target));
      for (const { backendRefs = [] } of spec.rules ?? []) {
        for (const target of backendRefs) to("routes-to", this.#referred(it, "Service", target));
      }
    }
    if (kind === "RoleBinding" || kind === "ClusterRoleBinding") {
      to("binds-role", this.#named(it, it.roleRef.kind, it.roleRef.name));
      for (const { kind, namespace, name } of it.subjects ?? []) {
        if (kind === "ServiceAccount") to("binds-subject", this.#referred(it, kind, { namespace, name }));
      }
    }
    for (const { clientConfig } of it.webhooks ?? []) {
      to("calls", this.#referred(it, "Service", clientConfig.service));
    }
    if (kind === "APIService") to("calls", this.#referred(it, "Service", spec.service));
    if (kind === "Secret") {
      const account = metadata.annotations?.["kubernetes.io/service-account.name"];
      this.#add(this.#named(it, "ServiceAccount", account), "uses-secret", it);
    }
    if (kind === "ServiceAccount") {
      for (const { name } of [...it.secrets ?? [], ...it.imagePullSecrets ?? []]) {
        to("uses-secret", this.#named(it, "Secret", name));
      }
    }
  }

  #relatePodSpec(it: KubeObject, podSpec: KubeObject): void {
    const to = (type: string, kind: string, name?: string) =>
      this.#add(it, type, this.#named(it, kind, name));
    to("uses-sa", "ServiceAccount", podSpec.serviceAccountName || "default");
    to("uses-priorityclass", "PriorityClass", podSpec.priorityClassName);
    for (const volume of podSpec.volumes ?? []) {
      to("mounts", "PersistentVolumeClaim", volume.persistentVolumeClaim?.claimName);
      if (it.kind === "Pod" && volume.ephemeral) {
        const claim = this.#named(it, "PersistentVolumeClaim", `${it.metadata.name}-${volume.name}`);
        const owners = claim?.metadata.ownerReferences ?? [];
        const isIts = owners.some(({ uid }: KubeObject) => uid === it.metadata.uid);
        if (isIts) this.#add(it, "mounts", claim);
      }
    }
    // In a Pod spec, each reference to one of these is below a field with one of these names.
    visit(podSpec, (field, value) => {
      const { name, secretName = name } = value;
      if (["configMap", "configMapRef", "configMapKeyRef"].includes(field) && name !== "kube-root-ca.crt") {
        to("uses-configmap", "ConfigMap", name);
      }
      if (["secret", "secretRef", "secretKeyRef", "nodePublishSecretRef", "azureFile"].includes(field)) {
        to("uses-secret", "Secret", secretName);
      }
    });
    for (const { name } of podSpec.imagePullSecrets ?? []) to("uses-secret", "Secret", name);
  }

  /** The object that a reference with a namespace of its own means, if it means one of that kind. */
  #referred(beside: KubeObject, kind: string, reference: KubeObject): KubeObject | undefined {
    if (!reference || (reference.kind ?? kind) !== kind) return undefined;
    const { namespace = beside.metadata.namespace, name } = reference;
    return this.#named({ metadata: { namespace } }, kind, name);
  }

  #select(it: KubeObject, selector: KubeObject): void {
    const { namespace } = it.metadata;
    for (const pod of this.#pods.get(namespace) ?? []) {
      if (isSelected(pod.metadata.labels ?? {}, selector)) this.#add(it, "selects", pod);
    }
  }

  #add(from: KubeObject | undefined, type: string, to: KubeObject | undefined): void {
    if (from && to) this.#relations.set(`${nameOf(from)} ${type} ${nameOf(to)}`, { from, type, to });
  }

  #byUid(uid: string): KubeObject | undefined {
    return this.#uids.get(uid);
  }

  /**
   * Returns the object of that kind and name. If the kind has namespaces, it is in the namespace of `beside`.
   */
  #named(beside: KubeObject, kind: string, name: string | undefined): KubeObject | undefined {
    const namespace = CLUSTER_SCOPED.includes(kind) ? undefined : beside.metadata.namespace;
    return this.#names.get(nameOf({ kind, metadata: { namespace, name } }));
  }
}

/**
 * Reads all objects of all kinds. A kind that the API server does not serve has none.
 *
 * @param get sends a GET request to the API server.
 */
export async function readLists(get: (path: string) => Promise<unknown>): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const [kind, path] of Object.entries(LISTS)) {
    const { apiVersion, items } = await get(path).catch((error) => {
      if (/: 404 /.test(error.message)) return { items: [] };
      throw error;
    }) as KubeObject;
    for (const item of items) objects.push({ ...item, kind, apiVersion });
  }
  return objects;
}

/** Returns the same lines for an answer over HTTP with `labels=true`. */
export function describeAnswer({ nodes, edges }: GraphAnswer): Description {
  const names = new Map(
    nodes.map(({ uid, kind, namespace, name }) =>
      [uid, nameOf({ kind, metadata: { namespace, name } })] as const
    ),
  );
  return {
    nodes: nodes.map(({ uid, apiVersion, release, releaseNamespace, chart = "", labels = {}, metadata }) => {
      const full = release ? `${releaseNamespace}/${release}` : "";
      return line([apiVersion, names.get(uid), uid, full, chart, metadata.creationTimestamp], labels);
    }).sort(),
    edges: edges.map(({ from, type, to }) => `${names.get(from)} ${type} ${names.get(to)}`).sort(),
  };
}

function line(words: readonly unknown[], labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`).sort();
  return `${words.join(" ")} [${pairs.join(" ")}]`;
}

function nameOf({ kind, metadata: { namespace = "", name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

export function ownRelease(
  { metadata: { namespace, annotations = {}, labels = {}, ownerReferences = [] } }: KubeObject,
) {
  const annotated = annotations["meta.helm.sh/release-name"];
  if (annotated) return `${annotations["meta.helm.sh/release-namespace"] ?? namespace ?? ""}/${annotated}`;
  if (ownerReferences.length > 0) return undefined;
  const modern = labels["app.kubernetes.io/managed-by"] === "Helm" && labels["app.kubernetes.io/instance"];
  const legacy = labels.heritage === "Helm" && labels.release;
  return modern || legacy ? `${namespace ?? ""}/${modern || legacy}` : undefined;
}

function isHelmStorage({ kind, metadata }: KubeObject): boolean {
  return ["Secret", "ConfigMap"].includes(kind) && metadata.name.startsWith("sh.helm.release.v1.");
}

function isIdle(it: KubeObject): boolean {
  const { kind, metadata, spec, status } = it;
  if (isHelmStorage(it) || kind === "ConfigMap" && metadata.name === "kube-root-ca.crt") return true;
  return kind === "ReplicaSet" && spec.replicas === 0 && !status?.replicas;
}

function podSpecOf({ kind, spec }: KubeObject): KubeObject | undefined {
  if (kind === "Pod") return spec;
  if (kind === "CronJob") return spec.jobTemplate.spec.template.spec;
  const podSpec = spec?.template?.spec;
  if (kind !== "StatefulSet" || !podSpec) return podSpec;
  const replaced = (spec.volumeClaimTemplates ?? []).map((template: KubeObject) => template.metadata.name);
  const volumes = (podSpec.volumes ?? []).filter(({ name }: KubeObject) => !replaced.includes(name));
  return { ...podSpec, volumes };
}

function visit(value: unknown, see: (field: string, value: KubeObject) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [field, inner] of Object.entries(value)) {
    if (typeof inner !== "object" || inner === null) continue;
    see(field, inner);
    visit(inner, see);
  }
}

function isSelected(labels: Record<string, string>, { matchLabels = {}, matchExpressions = [] }: KubeObject) {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }: KubeObject) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return values.includes(value) === (operator === "In");
    });
}
