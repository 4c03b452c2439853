import type { Access } from "../access/access.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import type { KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { ReadPageFile } from "./respond_page.ts";
import type { WatchClients } from "./watch_clients.ts";

/** The metrics: where answers are counted, and what `/metrics` answers. */
export interface RouterMetrics {
  answered(
    answer: { readonly route: string; readonly method: string; readonly code: number },
    seconds: number,
  ): void;
  text(): Promise<string>;
}

/** The sources of the HTTP API. */
export interface RouterDeps {
  readonly graph: GraphReader;
  /** Admits requests. Undefined: everybody may ask, and sees everything. */
  readonly access?: Access | undefined;
  /** Whether `/metrics` needs no token. */
  readonly metricsOpen?: boolean | undefined;
  readonly kindStatuses: () => readonly KindStatus[];
  readonly readiness: () => { readonly shuttingDown: boolean; readonly restored: boolean };
  readonly persistence: () => { readonly enabled: boolean; readonly [more: string]: unknown };
  /**
   * Reports whether some resources of the kind in a namespace are not followed, so that a missing one may
   * exist.
   */
  readonly isLimited: (kind: ResourceKind, namespace: string) => boolean;
  /** Reports whether requests for a host, in its normal form, are allowed. */
  readonly allowsHost: (host: string) => boolean;
  /** The clients of the change stream. */
  readonly watchClients: WatchClients;
  readonly readPageFile: ReadPageFile;
  readonly clock: Clock;
  readonly metrics: RouterMetrics;
  readonly log: Logger;
}
