import { apiService } from "./api_service.ts";
import { clusterRole } from "./cluster_role.ts";
import { clusterRoleBinding } from "./cluster_role_binding.ts";
import { configMap } from "./config_map.ts";
import { cronJob } from "./cron_job.ts";
import { customResourceDefinition } from "./custom_resource_definition.ts";
import { daemonSet } from "./daemon_set.ts";
import { deployment } from "./deployment.ts";
import { endpointSlice } from "./endpoint_slice.ts";
import { gateway } from "./gateway.ts";
import { gatewayClass } from "./gateway_class.ts";
import { grpcRoute } from "./grpc_route.ts";
import { horizontalPodAutoscaler } from "./horizontal_pod_autoscaler.ts";
import { httpRoute } from "./http_route.ts";
import { ingress } from "./ingress.ts";
import { ingressClass } from "./ingress_class.ts";
import { job } from "./job.ts";
import { limitRange } from "./limit_range.ts";
import { mutatingWebhookConfiguration } from "./mutating_webhook_configuration.ts";
import { namespace } from "./namespace.ts";
import { networkPolicy } from "./network_policy.ts";
import { node } from "./node.ts";
import { persistentVolume } from "./persistent_volume.ts";
import { persistentVolumeClaim } from "./persistent_volume_claim.ts";
import { pod } from "./pod.ts";
import { podDisruptionBudget } from "./pod_disruption_budget.ts";
import { priorityClass } from "./priority_class.ts";
import { replicaSet } from "./replica_set.ts";
import { replicationController } from "./replication_controller.ts";
import { resourceQuota } from "./resource_quota.ts";
import { role } from "./role.ts";
import { roleBinding } from "./role_binding.ts";
import type { KindRule } from "./rule.ts";
import { secret } from "./secret.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service_account.ts";
import { statefulSet } from "./stateful_set.ts";
import { storageClass } from "./storage_class.ts";
import { validatingWebhookConfiguration } from "./validating_webhook_configuration.ts";

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
  node,
  replicationController,
  resourceQuota,
  limitRange,
  role,
  roleBinding,
  clusterRole,
  clusterRoleBinding,
  networkPolicy,
  ingressClass,
  validatingWebhookConfiguration,
  mutatingWebhookConfiguration,
  customResourceDefinition,
  apiService,
  priorityClass,
  gatewayClass,
  gateway,
  httpRoute,
  grpcRoute,
];

const byGroup = Map.groupBy(kinds, (rule) => rule.group);
const index = new Map(
  Array.from(byGroup, ([group, rules]) => [group, new Map(rules.map((rule) => [rule.kind, rule]))] as const),
);

/** Returns the rule of a kind of any version, or undefined if it is not tracked. */
export function findKind(group: string, kind: string): KindRule | undefined {
  return index.get(group)?.get(kind);
}
