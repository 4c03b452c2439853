import type { NamedTarget } from "./named_target.ts";

export const PROBLEM_TYPES = [
  "unresolved-reference",
  "error-status",
  "service-selects-nothing",
  "unused-claim",
  "helm-release",
  "stuck",
] as const;

export type ProblemType = typeof PROBLEM_TYPES[number];

/** `error`: something does not work now. `warning`: a leftover or a suspicion. */
export const SEVERITIES = ["error", "warning"] as const;

export type Severity = typeof SEVERITIES[number];

/** Something that is wrong with a resource. */
export interface Problem {
  readonly type: ProblemType;
  readonly severity: Severity;
  readonly row: number;
  /** The time when it was first seen, in seconds since 1970. */
  readonly since: number;
  /** For an unresolved reference: the missing target. */
  readonly target?: NamedTarget;
  /** For an unresolved reference: its type, a number in `RELATION_TYPES`. */
  readonly relation?: number;
  /**
   * For a Service that selects nothing: the number of the kind, and whether finished resources are selected.
   */
  readonly selection?: { readonly kind: number; readonly onlyFinished: boolean };
  /** For a Helm release: the newest revision and its status. */
  readonly revision?: { readonly revision: number; readonly status: string };
}
