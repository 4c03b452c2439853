/** Health of a resource, from best to worst. A release has the worst of its resources. */
export const STATUSES = ["Ready", "Unknown", "Pending", "Error"] as const;

export type Status = typeof STATUSES[number];

/** A status with its reason, in one short sentence. */
export interface Health {
  readonly status: Status;
  readonly message: string;
}
