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
  /** When it was first seen, in seconds since 1970. */
  readonly since: number;
  /** Of an unresolved reference: the target that does not exist. */
  readonly target?: NamedTarget;
  /** Of an unresolved reference: its type, a number in `RELATION_TYPES`. */
  readonly relation?: number;
  /** Of a Service that selects nothing: the number of the kind, and whether finished resources are selected. */
  readonly selection?: { readonly kind: number; readonly onlyFinished: boolean };
  /** Of a Helm release: the newest revision and its status. */
  readonly revision?: { readonly revision: number; readonly status: string };
}
