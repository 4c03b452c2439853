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
import type { ResourceKind } from "../model/resource_kind.ts";
import type { KindRule } from "./rule.ts";
import { secret } from "./secret.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service_account.ts";
import { statefulSet } from "./stateful_set.ts";
import { storageClass } from "./storage_class.ts";
import { validatingWebhookConfiguration } from "./validating_webhook_configuration.ts";

/** The built-in kinds. */
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

/** Finds the rule of a kind of any version. Returns undefined if the kind is not tracked. */
export type FindKind = (group: string, kind: string) => KindRule | undefined;

/** The kinds that are tracked: the built-in ones, and custom kinds that come and go. */
export class KindRegistry {
  readonly #rules = new Map<string, Map<string, KindRule>>();

  constructor(rules: readonly KindRule[] = kinds) {
    for (const rule of rules) this.set(rule);
  }

  readonly find: FindKind = (group, kind) => this.#rules.get(group)?.get(kind);

  /** Adds a rule, or replaces that of the same group and kind. */
  set(rule: KindRule): void {
    const ofGroup = this.#rules.get(rule.group) ?? new Map<string, KindRule>();
    ofGroup.set(rule.kind, rule);
    this.#rules.set(rule.group, ofGroup);
  }

  delete({ group, kind }: ResourceKind): void {
    const ofGroup = this.#rules.get(group);
    ofGroup?.delete(kind);
    if (ofGroup?.size === 0) this.#rules.delete(group);
  }
}

/** Finds the rule of a built-in kind. */
export const findKind: FindKind = new KindRegistry().find;
