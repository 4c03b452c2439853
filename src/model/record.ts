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
 * Everything that Astrolabe keeps of a Kubernetes object. A record holds no part of the object itself, so the
 * object can be garbage-collected as soon as the record is made.
 */
export interface ResourceRecord {
  readonly kind: ResourceKind;
  readonly uid: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** Seconds since 1970. 0 means unknown. */
  readonly createdAt: number;
  readonly labels: Pairs;
  /** Only annotations of the allow-list. */
  readonly annotations: Pairs;
  readonly status: Status;
  readonly message: string;
  /** The release that the resource itself names. */
  readonly release?: Release;
  readonly detail: Detail;
  readonly references: readonly Reference[];
  readonly selectors: readonly SelectorReference[];
  /**
   * Answers omit the resource unless it is requested: it requests nothing and runs nothing, or only Helm or
   * Kubernetes itself uses it.
   */
  readonly idle: boolean;
  /** The resource has finished, so its missing references are not problems. */
  readonly finished: boolean;
  /** The resource is Pending on purpose, for example suspended. */
  readonly onHold: boolean;
}

/** The label whose value is the chart of a resource. */
export const CHART_LABEL = "helm.sh/chart";

/** The labels that name the chart of a resource. The first that is not empty counts. */
export const CHART_LABELS = [CHART_LABEL, "chart"] as const;
