/** The names of kinds as kubectl takes them: `po`, `pods`, `Pod`, `deployments.apps`. */
import type { Kind } from "./answers.ts";
import { PluginError } from "./plugin_error.ts";

const SHORT_NAMES: Readonly<Record<string, string>> = {
  cj: "CronJob",
  cm: "ConfigMap",
  crd: "CustomResourceDefinition",
  crds: "CustomResourceDefinition",
  deploy: "Deployment",
  ds: "DaemonSet",
  gc: "GatewayClass",
  gtw: "Gateway",
  hpa: "HorizontalPodAutoscaler",
  ing: "Ingress",
  limits: "LimitRange",
  netpol: "NetworkPolicy",
  no: "Node",
  ns: "Namespace",
  pc: "PriorityClass",
  pdb: "PodDisruptionBudget",
  po: "Pod",
  pv: "PersistentVolume",
  pvc: "PersistentVolumeClaim",
  quota: "ResourceQuota",
  rc: "ReplicationController",
  rs: "ReplicaSet",
  sa: "ServiceAccount",
  sc: "StorageClass",
  sts: "StatefulSet",
  svc: "Service",
};

/** Finds the kind that a name means. A name that several groups have needs its group. */
export function findKind(name: string, kinds: readonly Kind[]): Kind {
  const [word = "", ...group] = name.split(".");
  const wanted = (Object.hasOwn(SHORT_NAMES, word) ? SHORT_NAMES[word]! : word).toLowerCase();
  const named = kinds.filter(({ kind }) => [kind.toLowerCase(), pluralOf(kind)].includes(wanted));
  const inGroup = group.length === 0 ? named : named.filter((kind) => isIn(kind, group.join(".")));
  const [found, other] = inGroup;
  if (found === undefined) throw new PluginError(`the server does not know the kind ${JSON.stringify(name)}`);
  if (other !== undefined) {
    const exact = inGroup.map(exactName).sort().join(", ");
    throw new PluginError(`${JSON.stringify(name)} is the kind of several groups; use one of ${exact}`);
  }
  return found;
}

/** Returns the name that means exactly this kind. */
export function exactName({ kind, group }: Pick<Kind, "kind" | "group">): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** Accepts `deployments.v1.apps`, as kubectl does. */
function isIn({ group, version }: Kind, named: string): boolean {
  return named === group || named === `${version}.${group}` || group === "" && named === version;
}

/** Returns the plural in lower case, as Kubernetes forms it for its own kinds. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
