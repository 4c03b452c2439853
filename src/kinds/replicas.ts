import type { Replicas } from "../model/detail.ts";
import { type Fields, fields, integer, requiredFields } from "./fields.ts";

/** The replica counts of a Deployment, StatefulSet or ReplicaSet: one desired where spec says nothing. */
export function replicas({ spec, status }: Fields): Replicas {
  const seen = fields(status);
  return {
    desired: integer(requiredFields(spec).replicas, 1),
    current: integer(seen.replicas),
    ready: integer(seen.readyReplicas),
    available: integer(seen.availableReplicas),
  };
}
