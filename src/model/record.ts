import type { Detail } from "./detail.ts";
import type { Pairs } from "./pairs.ts";
import type { Reference, SelectorReference } from "./reference.ts";
import type { ResourceKind } from "./resource_kind.ts";
import type { Status } from "./status.ts";

/** A Helm release. */
export interface Release {
  readonly namespace: string;
  readonly name: string;
}

/**
 * All that is kept of a Kubernetes object. Holds no piece of the object itself, which can be
 * collected as soon as the record is made.
 */
export interface ResourceRecord {
  readonly kind: ResourceKind;
  readonly uid: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** Seconds since 1970, 0 when unknown. */
  readonly createdAt: number;
  readonly labels: Pairs;
  /** Those of the allow-list only. */
  readonly annotations: Pairs;
  readonly status: Status;
  readonly message: string;
  /** The release that the resource itself names. */
  readonly release?: Release;
  readonly detail: Detail;
  readonly references: readonly Reference[];
  readonly selectors: readonly SelectorReference[];
  /**
   * Left out of answers unless asked for: nothing is desired of it and nothing runs, or it serves only Helm or
   * Kubernetes itself.
   */
  readonly idle: boolean;
  /** Has run to its end: its missing references are not problems. */
  readonly finished: boolean;
  /** Is Pending because somebody wants it so. */
  readonly onHold: boolean;
}

/** The label whose value is the chart of a resource. */
export const CHART_LABEL = "helm.sh/chart";

/** The labels that name the chart of a resource. The first that is not empty counts. */
export const CHART_LABELS = [CHART_LABEL, "chart"] as const;
