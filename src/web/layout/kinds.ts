/** What the page knows of kinds: their lanes, and their short names. */
export const ENTRY_KINDS: ReadonlySet<string> = new Set(["Ingress", "HTTPRoute", "GRPCRoute", "Gateway"]);

/** Kinds that are drawn as a chip on the workloads that they point at. */
export const CHIPS: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler: "HPA",
  PodDisruptionBudget: "PDB",
  NetworkPolicy: "NetPol",
};

/** Kinds that are drawn within another resource's card or row. */
export const FOLDED: ReadonlySet<string> = new Set([
  "Pod",
  "ReplicaSet",
  "Job",
  "EndpointSlice",
  "IngressClass",
]);

export const WORKLOAD_KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
  "Pod",
]);

const SHORT: Readonly<Record<string, string>> = {
  ConfigMap: "CM",
  Secret: "Sec",
  ServiceAccount: "SA",
  PersistentVolumeClaim: "PVC",
  PersistentVolume: "PV",
  StorageClass: "SC",
  ClusterRole: "CRole",
  ClusterRoleBinding: "CRB",
  RoleBinding: "RB",
  CustomResourceDefinition: "CRD",
  PriorityClass: "PC",
  Namespace: "NS",
  Service: "Svc",
  Deployment: "Deploy",
  StatefulSet: "STS",
  DaemonSet: "DS",
  ReplicaSet: "RS",
  HorizontalPodAutoscaler: "HPA",
  PodDisruptionBudget: "PDB",
  NetworkPolicy: "NetPol",
  Ingress: "Ing",
};

/** Returns a name of at most six letters; the whole name belongs into the title. */
export function shortKind(kind: string): string {
  const known = SHORT[kind];
  if (known !== undefined) return known;
  if (kind.length <= 6) return kind;
  const capitals = kind.replace(/[^A-Z]/g, "");
  return capitals.length > 1 ? capitals.slice(0, 5) : kind.slice(0, 5);
}
