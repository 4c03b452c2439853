/** Values of the chart that together use every setting. Each set has a name that says what it is for. */
import type { Values } from "./chart.ts";

const SECRET = { existingSecret: "redis-credentials" };

export const VALUE_SETS: Readonly<Record<string, Values>> = {
  "no values": {},
  "other names": {
    nameOverride: "graph",
    fullnameOverride: "cluster-graph-with-quite-a-long-name-of-its-own",
  },
  "common labels and annotations": {
    commonLabels: { team: "platform", cost: "7" },
    commonAnnotations: { "example.com/owner": "platform" },
    podLabels: { tier: "back" },
    podAnnotations: { "example.com/scrape": "true" },
    deploymentAnnotations: { "example.com/reload": "true" },
  },
  "an image by its tag in a private registry": {
    image: { registry: "registry.example.com:5000", repository: "tools/astrolabe", tag: "1.2.3-rc.1" },
    imagePullSecrets: ["registry", { name: "another-registry" }],
  },
  "an image by its digest": { image: { digest: `sha256:${"0".repeat(64)}`, pullPolicy: "Always" } },
  "some namespaces": { namespaces: ["default", "shop"], rbac: { secrets: false } },
  "settings of the program": {
    labelSelector: "app in (web, api),!canary",
    customResources: "*.cert-manager.io,applications.argoproj.io",
    verifyInterval: 0,
    allowedHosts: ["graph.example.com", "*.example.org"],
    shutdownDelay: 0,
    config: {
      kinds: [{
        apiVersion: "example.com/v1",
        kind: "Widget",
        references: [{ type: "uses-secret", to: { kind: "Secret", name: "spec.secretName" } }],
      }],
    },
    log: { format: "json", verbosity: 2 },
  },
  "users of the cluster": {
    auth: { mode: "kubernetes" },
    existingConfigMap: "kinds",
    serviceMonitor: { enabled: true, authorization: { credentials: { name: "prometheus", key: "token" } } },
  },
  "tokens in a file": {
    auth: { mode: "token", existingSecret: "clients", tokensKey: "tokens.txt", metricsOpen: true },
  },
  "no rights but those of an account that is there": {
    serviceAccount: { create: false, name: "existing" },
    rbac: { create: false },
  },
  "more rights": {
    serviceAccount: { annotations: { "example.com/role": "reader" } },
    rbac: {
      customResources: ["cert-manager.io", "argoproj.io"],
      extraRules: [{ apiGroups: ["metrics.k8s.io"], resources: ["pods"], verbs: ["get"] }],
    },
  },
  "more of everything in the Pod": {
    extraArgs: ["--v={{ 1 }}"],
    extraEnv: [{ name: "RELEASE", value: "{{ .Release.Name }}" }],
    extraEnvFrom: [{ configMapRef: { name: "settings", optional: true } }],
    extraVolumes: [{ name: "scratch", emptyDir: {} }],
    extraVolumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
    initContainers: [{
      name: "first",
      image: "{{ .Values.image.repository }}:first",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    }],
    extraContainers: [{
      name: "proxy",
      image: "proxy:1",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    }],
  },
  "where it runs": {
    nodeSelector: { "kubernetes.io/arch": "arm64" },
    tolerations: [{ key: "dedicated", operator: "Equal", value: "platform", effect: "NoSchedule" }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{
          weight: 1,
          podAffinityTerm: {
            topologyKey: "kubernetes.io/hostname",
            labelSelector: { matchLabels: { "app.kubernetes.io/instance": "{{ .Release.Name }}" } },
          },
        }],
      },
    },
    priorityClassName: "system-cluster-critical",
    runtimeClassName: "gvisor",
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["10.0.0.10"] },
  },
  "its own probes and resources": {
    startupProbe: {},
    livenessProbe: { httpGet: { path: "/livez", port: "http" }, periodSeconds: 30 },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 5 },
    resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } },
    podSecurityContext: { supplementalGroups: [7] },
    terminationGracePeriodSeconds: 60,
    strategy: { type: "Recreate", rollingUpdate: null },
    revisionHistoryLimit: 2,
  },
  "three replicas": { replicas: 3, podDisruptionBudget: { maxUnavailable: "34%" } },
  "three replicas, spread in another way": {
    replicas: 3,
    topologySpreadConstraints: [
      { maxSkew: 2, topologyKey: "example.com/rack", whenUnsatisfiable: "DoNotSchedule" },
    ],
    podDisruptionBudget: { enabled: false },
  },
  "a load balancer": {
    service: {
      type: "LoadBalancer",
      port: 80,
      nodePort: 30080,
      loadBalancerClass: "example.com/internal",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      annotations: { "example.com/internal": "true" },
      labels: { exposed: "yes" },
    },
  },
  "a Service without an address, and an alias": {
    service: { clusterIP: "None", alias: { enabled: true, name: "graph", namespace: "shop" } },
    clusterDomain: "cluster.example.com",
  },
  "an Ingress": {
    ingress: {
      enabled: true,
      className: "nginx",
      annotations: { "cert-manager.io/cluster-issuer": "internal" },
      hosts: [{ host: "{{ .Release.Name }}.example.com" }, {
        host: "tools.example.com",
        paths: [{ path: "/graph", pathType: "Exact" }],
      }],
      tls: [{ secretName: "{{ .Release.Name }}-tls", hosts: ["tools.example.com"] }],
    },
    networkPolicy: {
      extraFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } }],
    },
  },
  "an HTTPRoute": {
    httpRoute: {
      enabled: true,
      annotations: { "example.com/zone": "internal" },
      parentRefs: [{ name: "internal", namespace: "gateways", sectionName: "https" }],
      hostnames: ["graph.example.com"],
      filters: [{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["x-debug"] } }],
    },
  },
  "no NetworkPolicy": { networkPolicy: { enabled: false }, test: { enabled: false } },
  "monitoring": {
    serviceMonitor: {
      enabled: true,
      namespace: "shop",
      labels: { release: "prometheus" },
      interval: "15s",
      scrapeTimeout: "10s",
      honorLabels: true,
      relabelings: [{ action: "labeldrop", regex: "pod" }],
      metricRelabelings: [{ action: "drop", sourceLabels: ["__name__"], regex: "process_.*" }],
    },
    prometheusRule: {
      enabled: true,
      namespace: "shop",
      labels: { role: "alerts" },
      runbookUrl: "https://docs.example.com",
    },
    dashboards: { enabled: true, namespace: "shop", annotations: { grafana_folder: "Kubernetes" } },
  },
  "a Redis of its own": {
    redis: {
      mode: "single",
      maxmemory: "1gb",
      resources: { limits: { memory: "2Gi" } },
      storage: { size: "10Gi", storageClassName: "fast" },
      batchSize: 500,
      flushInterval: 10,
      snapshotInterval: 0,
      keyPrefix: "east:",
    },
  },
  "a Redis of its own with backups": {
    networkPolicy: { namespaceLabels: {} },
    redis: {
      mode: "single",
      existingSecret: "redis-credentials",
      passwordKey: "redis-password",
      imagePullPolicy: "Always",
      nodeSelector: { disk: "ssd" },
      tolerations: [{ operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      priorityClassName: "system-cluster-critical",
      podLabels: { tier: "data" },
      podAnnotations: { "example.com/backup": "no" },
      backup: { enabled: true, schedule: "0 4 * * *", keep: 14, storage: { size: "20Gi" } },
    },
  },
  "a Redis with Sentinels": { replicas: 3, redis: { mode: "sentinel" } },
  "a Redis with Sentinels over TLS": {
    replicas: 2,
    redis: {
      mode: "sentinel",
      tlsSecret: "redis-tls",
      storage: { accessModes: ["ReadWriteOncePod"] },
      backup: { enabled: true },
    },
  },
  "a managed Redis": {
    redis: {
      mode: "external",
      ...SECRET,
      external: {
        addressKey: "address",
        usernameKey: "username",
        database: 2,
        tls: { caKey: "ca.crt", certKey: "tls.crt", keyKey: "tls.key" },
      },
    },
  },
  "a Redis Cluster without TLS": {
    redis: {
      mode: "external",
      external: {
        address: "redis-1:6379,redis-2:6379",
        username: "astrolabe",
        cluster: true,
        tls: { enabled: false },
      },
    },
  },
  "Sentinels that someone else runs": {
    redis: {
      mode: "external",
      ...SECRET,
      external: {
        sentinels: ["sentinel-1:26379", "sentinel-2:26379"],
        sentinelMaster: "cache",
        sentinelUsername: "watcher",
        sentinelPasswordKey: "sentinel-password",
        tls: { existingSecret: "redis-ca", caKey: "ca.crt" },
      },
    },
  },
  "manifests of one's own": {
    extraManifests: [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "{{ .Release.Name }}-more" },
        data: { a: "b" },
      },
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "astrolabe.fullname" . }}-text\n',
    ],
  },
};
