/** ReplicaSet: ready with all its replicas; inactive if it remains from an old rollout. */
import { replicaRule } from "./replica_rule.ts";
import { replicas } from "./replicas.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const replicaSet: KindRule = {
  ...namespaced("apps/v1", { kind: "ReplicaSet", plural: "replicasets" }),
  ...replicaRule,

  idle: (object) => {
    const { desired, current } = replicas(object);
    return desired === 0 && current === 0;
  },
};
