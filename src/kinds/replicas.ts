/** Common parts of kinds with replicas: their counts, and the condition that no replica can be created. */
import type { Replicas } from "../model/detail.ts";
import type { Health } from "../model/status.ts";
import { type Fields, fields, integer, requiredFields, text } from "./fields.ts";
import { becauseInDetail, failed, trueCondition } from "./health.ts";

/** Returns the replica counts. One replica is desired if spec does not say how many. */
export function replicas({ spec, status }: Fields): Replicas {
  const seen = fields(status);
  return {
    desired: integer(requiredFields(spec).replicas, 1),
    current: integer(seen.replicas),
    ready: integer(seen.readyReplicas),
    available: integer(seen.availableReplicas),
  };
}

/** Returns Error with the reason if the condition ReplicaFailure holds. */
export function replicaFailure(status: unknown): Health | undefined {
  const refused = trueCondition(status, "ReplicaFailure");
  if (!refused) return undefined;
  const action = text(refused.reason) === "FailedDelete" ? "deleted" : "created";
  return failed(becauseInDetail(`Its Pods cannot be ${action}`, refused));
}
