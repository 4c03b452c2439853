import { configMap } from "./config_map.ts";
import { cronJob } from "./cron_job.ts";
import { daemonSet } from "./daemon_set.ts";
import { deployment } from "./deployment.ts";
import { endpointSlice } from "./endpoint_slice.ts";
import { horizontalPodAutoscaler } from "./horizontal_pod_autoscaler.ts";
import { ingress } from "./ingress.ts";
import { job } from "./job.ts";
import { namespace } from "./namespace.ts";
import { persistentVolume } from "./persistent_volume.ts";
import { persistentVolumeClaim } from "./persistent_volume_claim.ts";
import { pod } from "./pod.ts";
import { podDisruptionBudget } from "./pod_disruption_budget.ts";
import { replicaSet } from "./replica_set.ts";
import type { KindRule } from "./rule.ts";
import { secret } from "./secret.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service_account.ts";
import { statefulSet } from "./stateful_set.ts";
import { storageClass } from "./storage_class.ts";

/** All tracked kinds. */
export const kinds: readonly KindRule[] = [
  pod,
  service,
  serviceAccount,
  persistentVolumeClaim,
  configMap,
  secret,
  persistentVolume,
  namespace,
  deployment,
  statefulSet,
  daemonSet,
  replicaSet,
  job,
  cronJob,
  ingress,
  endpointSlice,
  horizontalPodAutoscaler,
  podDisruptionBudget,
  storageClass,
];

const byGroup = Map.groupBy(kinds, (rule) => rule.group);
const index = new Map(
  Array.from(byGroup, ([group, rules]) => [group, new Map(rules.map((rule) => [rule.kind, rule]))] as const),
);

/** Returns the rule of a kind of any version, or undefined if it is not tracked. */
export function findKind(group: string, kind: string): KindRule | undefined {
  return index.get(group)?.get(kind);
}
