import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";

/** What is exposed, and who is told of answers. */
export interface RouterMetrics {
  answered(
    answer: { readonly route: string; readonly method: string; readonly code: number },
    seconds: number,
  ): void;
  text(): Promise<string>;
}

/** What the HTTP API answers from. */
export interface RouterDeps {
  readonly graph: GraphReader;
  readonly kindStatuses: () => readonly KindStatus[];
  readonly readiness: () => { readonly shuttingDown: boolean; readonly restored: boolean };
  readonly persistence: () => { readonly enabled: boolean; readonly [more: string]: unknown };
  /** Whether not all of the kind's resources in a namespace are followed: what is missing may exist. */
  readonly isLimited: (kind: ResourceKind, namespace: string) => boolean;
  /** Differs between processes. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly metrics: RouterMetrics;
  readonly log: Logger;
}
