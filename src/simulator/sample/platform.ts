/**
 * What a platform team keeps in a cluster beside the applications: nodes, classes, roles, policies, webhooks,
 * gateways. All of it is well, so that nothing here distracts from what is broken among the applications.
 */
import type { KubeObject, ObjectMeta } from "../kube_object.ts";
import { managed } from "./metadata.ts";
import { podTemplate } from "./pod.ts";
import type { Scene } from "./scene.ts";
import { SHARED } from "./surroundings.ts";

const AGE = 400 * 86_400;
const RBAC = "rbac.authorization.k8s.io";
const GATEWAY = "gateway.networking.k8s.io/v1";
/** Defined and without resources. */
const CUSTOM_KINDS = [
  ["cert-manager.io", "certificates"],
  ["cert-manager.io", "issuers"],
  ["monitoring.coreos.com", "servicemonitors"],
] as const;

type Body = Readonly<Record<string, unknown>>;

function make(scene: Scene, apiVersion: string, kind: string, { meta, ...body }: Body & { meta: Named }) {
  const metadata: ObjectMeta = {
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(AGE),
    ...meta,
  };
  return managed({ apiVersion, kind, metadata, ...body } as KubeObject, "kubectl");
}

type Named = Pick<ObjectMeta, "name"> & Partial<ObjectMeta>;

/** The nodes that Pods of the scene run on. */
export function makeNodes(scene: Scene): KubeObject[] {
  const conditions = [
    ["MemoryPressure", "False", "KubeletHasSufficientMemory"],
    ["DiskPressure", "False", "KubeletHasNoDiskPressure"],
    ["PIDPressure", "False", "KubeletHasSufficientPID"],
    ["Ready", "True", "KubeletReady"],
  ].map(([type, status, reason]) => ({
    type,
    status,
    reason,
    lastHeartbeatTime: scene.time(),
    lastTransitionTime: scene.time(AGE),
  }));
  return scene.nodes.map((name) => {
    const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
    const resources = { cpu: "16", memory: "64Gi", pods: "250" };
    return make(scene, "v1", "Node", {
      meta: { name, labels },
      spec: {},
      status: {
        capacity: resources,
        allocatable: resources,
        conditions,
        addresses: [
          { type: "InternalIP", address: scene.nodeAddress(name) },
          { type: "Hostname", address: name },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        nodeInfo: {
          machineID: name,
          systemUUID: name,
          bootID: name,
          kernelVersion: "6.12.0",
          osImage: "Debian GNU/Linux 12 (bookworm)",
          containerRuntimeVersion: "containerd://2.1.4",
          kubeletVersion: "v1.36.3",
          kubeProxyVersion: "",
          operatingSystem: "linux",
          architecture: "amd64",
        },
      },
    });
  });
}

export function makePriorityClasses(scene: Scene): KubeObject[] {
  const classes = [["system-cluster-critical", 2_000_000_000], [
    "system-node-critical",
    2_000_001_000,
  ]] as const;
  return classes.map(([name, value]) =>
    make(scene, "scheduling.k8s.io/v1", "PriorityClass", {
      meta: { name },
      value,
      preemptionPolicy: "PreemptLowerPriority",
    })
  );
}

/** What the cluster as a whole has. Its webhooks and its aggregated API are served by the named Services. */
export function makePlatform(
  scene: Scene,
  { namespace, webhook, metrics, agents }: {
    readonly namespace: string;
    readonly webhook: string;
    readonly metrics: string;
    readonly agents: readonly string[];
  },
): KubeObject[] {
  const roleRef = (kind: string, name: string) => ({ apiGroup: RBAC, kind, name });
  const subjects = (names: readonly string[]) =>
    names.map((name) => ({ kind: "ServiceAccount", name, namespace }));
  const rule = (apiGroup: string, resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ["list"],
  });
  const webhooks = (name: string) => [{
    name: `${name}.policy.example.com`,
    clientConfig: { service: { namespace, name: webhook, path: `/${name}`, port: 443 } },
    rules: [{
      apiGroups: ["apps"],
      apiVersions: ["v1"],
      operations: ["CREATE"],
      resources: ["deployments"],
      scope: "*",
    }],
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
  }];
  const condition = (type: string, reason: string) => ({
    type,
    status: "True",
    reason,
    observedGeneration: 1,
    lastTransitionTime: scene.time(AGE),
  });
  const legacy = podTemplate(scene, {
    name: "legacy",
    namespace,
    chart: "legacy",
    chartVersion: "1.0.0",
    appVersion: "1.0.0",
    helm: false,
    age: AGE,
  }, { serviceAccount: "default", configMaps: [], secrets: [] });
  return [
    make(scene, "networking.k8s.io/v1", "IngressClass", {
      meta: { name: "nginx" },
      spec: { controller: "k8s.io/ingress-nginx" },
    }),
    make(scene, `${RBAC}/v1`, "ClusterRole", {
      meta: { name: "pod-reader" },
      rules: [rule("", ["pods", "services"]), rule("apps", ["deployments"])],
    }),
    make(scene, `${RBAC}/v1`, "ClusterRole", { meta: { name: "node-reader" }, rules: [rule("", ["nodes"])] }),
    make(scene, `${RBAC}/v1`, "ClusterRoleBinding", {
      meta: { name: "node-reader" },
      roleRef: roleRef("ClusterRole", "node-reader"),
      subjects: subjects(agents),
    }),
    make(scene, `${RBAC}/v1`, "Role", {
      meta: { name: "leader-election", namespace },
      rules: [rule("coordination.k8s.io", ["leases"])],
    }),
    make(scene, `${RBAC}/v1`, "RoleBinding", {
      meta: { name: "leader-election", namespace },
      roleRef: roleRef("Role", "leader-election"),
      subjects: subjects([webhook]),
    }),
    make(scene, "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
      meta: { name: "policy" },
      webhooks: webhooks("validate"),
    }),
    make(scene, "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", {
      meta: { name: "policy" },
      webhooks: webhooks("default").map((webhook) => ({ ...webhook, reinvocationPolicy: "Never" })),
    }),
    ...CUSTOM_KINDS.map(([group, plural]) =>
      make(scene, "apiextensions.k8s.io/v1", "CustomResourceDefinition", {
        meta: { name: `${plural}.${group}` },
        spec: { group, names: { plural }, scope: "Namespaced" },
      })
    ),
    ...[["apps", "v1"], ["batch", "v1"], ["metrics.k8s.io", "v1beta1"]].map(([group = "", version = ""]) =>
      make(scene, "apiregistration.k8s.io/v1", "APIService", {
        meta: { name: `${version}.${group}` },
        spec: { group, version, ...group === "metrics.k8s.io" && { service: { namespace, name: metrics } } },
        status: { conditions: [condition("Available", group === "metrics.k8s.io" ? "Passed" : "Local")] },
      })
    ),
    make(scene, GATEWAY, "GatewayClass", {
      meta: { name: "public", generation: 1 },
      spec: { controllerName: "gateway.example.com/controller" },
      status: { conditions: [condition("Accepted", "Accepted")] },
    }),
    make(scene, GATEWAY, "Gateway", {
      meta: { name: "public", namespace, generation: 1 },
      spec: {
        gatewayClassName: "public",
        listeners: [{
          name: "https",
          port: 443,
          protocol: "HTTPS",
          tls: { certificateRefs: [{ kind: "Secret", name: SHARED.tlsSecret }] },
        }],
      },
      status: {
        addresses: [{ type: "IPAddress", value: "203.0.113.20" }],
        conditions: [condition("Accepted", "Accepted"), condition("Programmed", "Programmed")],
        listeners: [{ name: "https", conditions: [condition("ResolvedRefs", "ResolvedRefs")] }],
      },
    }),
    ...["HTTPRoute", "GRPCRoute"].map((kind) =>
      make(scene, GATEWAY, kind, {
        meta: { name: metrics, namespace, generation: 1 },
        spec: { parentRefs: [{ name: "public" }], rules: [{ backendRefs: [{ name: metrics, port: 8080 }] }] },
        status: {
          parents: [{
            parentRef: { name: "public" },
            conditions: [condition("Accepted", "Accepted"), condition("ResolvedRefs", "ResolvedRefs")],
          }],
        },
      })
    ),
    make(scene, "v1", "ReplicationController", {
      meta: { name: "legacy", namespace, generation: 1, labels: legacy.metadata.labels },
      spec: { replicas: 0, selector: legacy.metadata.labels, template: legacy },
      status: { replicas: 0, observedGeneration: 1 },
    }),
  ];
}

/** What keeps the Pods of a namespace within bounds. */
export function makeLimits(scene: Scene, namespace: string): KubeObject[] {
  const hard = { pods: "200", "requests.cpu": "64" };
  return [
    make(scene, "v1", "ResourceQuota", {
      meta: { name: "quota", namespace },
      spec: { hard },
      status: { hard, used: { pods: "40", "requests.cpu": "7500m" } },
    }),
    make(scene, "v1", "LimitRange", {
      meta: { name: "defaults", namespace },
      spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m" } }] },
    }),
    make(scene, "networking.k8s.io/v1", "NetworkPolicy", {
      meta: { name: "same-namespace", namespace, generation: 1 },
      spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: {} }] }] },
    }),
  ];
}
