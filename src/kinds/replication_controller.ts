/** ReplicationController: ready with all its replicas; uses what its template needs. */
import { replicaRule } from "./replica_rule.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const replicationController: KindRule = {
  ...namespaced("v1", { kind: "ReplicationController", plural: "replicationcontrollers" }),
  ...replicaRule,
};
