/** Health of a resource, in the order in which a release's worst one is taken. */
export const STATUSES = ["Ready", "Unknown", "Pending", "Error"] as const;

export type Status = typeof STATUSES[number];

/** A status with its reason in one short sentence. */
export interface Health {
  readonly status: Status;
  readonly message: string;
}
