import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { Claim } from "./claim.ts";
import type { Counters } from "./counters.ts";
import type { DatabaseMetadata } from "./format/database_metadata.ts";
import { restore, Restored, type RestoreTarget } from "./restore.ts";
import type { Store } from "./store.ts";

export interface RestoredGraphOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  readonly claim: Claim;
  readonly counters: Counters;
  readonly log: Logger;
}

/**
 * The part of the graph that was restored. It is trusted immediately if the database was written for the same
 * API server, and dropped if it belongs to another cluster.
 */
export class RestoredGraph {
  readonly #options: RestoredGraphOptions;
  /** Set until our cluster is known. */
  #unjudged: { restored: Restored; into: RestoreTarget; metadata: DatabaseMetadata } | undefined;
  #savedAt: number | undefined;
  #gap: string | undefined;

  constructor(options: RestoredGraphOptions) {
    this.#options = options;
  }

  /** The last time at which the database was known to be complete, in milliseconds since 1970. */
  get savedAt(): number | undefined {
    return this.#savedAt;
  }

  /** The reason why only a part was restored. Undefined if everything was. */
  get gap(): string | undefined {
    return this.#gap;
  }

  /**
   * Restores as much as possible. Returns the kinds of the restored resources. `start` is the time of the
   * call.
   */
  async load(
    into: RestoreTarget,
    { start, goOn }: { start: number; goOn: () => boolean },
  ): Promise<Iterable<ResourceKind>> {
    const { claim, counters, log } = this.#options;
    const restored = new Restored();
    const failure = await this.#read(restored, { into, goOn });
    if (claim.isSuspect) return [];
    const milliseconds = Math.round(performance.now() - start);
    const { metadata } = claim;
    this.#unjudged = { restored, into, metadata };
    this.#savedAt = metadata.lastSnapshot;
    this.#gap = failure ?? gapOf(restored, metadata);
    counters.restoredNodes = restored.nodes;
    counters.restoreDuration = milliseconds;
    log.info(`Loaded ${restored.nodes} nodes from Redis`, { skipped: restored.skipped });
    log.info(`graph loaded from Redis in ${milliseconds}ms`);
    if (this.#gap !== undefined && restored.nodes > 0) {
      log.warn("Loaded only a part of the graph from Redis", { reason: this.#gap });
    }
    return restored.uids.keys();
  }

  /**
   * Drops the restored resources once they are known to belong to another cluster, except those that an
   * unfinished list has confirmed.
   */
  judge(): void {
    const { graph, claim, counters } = this.#options;
    if (this.#unjudged === undefined || claim.owner === "unknown") return;
    const { restored, into, metadata } = this.#unjudged;
    this.#unjudged = undefined;
    if (!claim.isForeign(metadata)) return;
    for (const [kind, uids] of restored.uids) {
      const number = graph.findKind(kind);
      if (number === undefined || graph.isSynced(number)) continue;
      for (const uid of uids) into.forget(uid);
    }
    counters.restoredNodes = 0;
    this.#savedAt = undefined;
    this.#gap = undefined;
  }

  /** Returns the reason why the database could not be read completely. */
  async #read(
    restored: Restored,
    { into, goOn }: { into: RestoreTarget; goOn: () => boolean },
  ): Promise<string | undefined> {
    const { store, graph, claim, log } = this.#options;
    try {
      const { apiServer, cluster } = await claim.read();
      if (claim.isSuspect) {
        log.warn(
          "Redis has data of another API server, maybe of another cluster; restoring nothing",
          {
            theirs: apiServer,
            ours: claim.apiServer.address,
          },
        );
        return undefined;
      }
      into.expect(claim.metadata.customKinds ?? []);
      await restore({ store, graph, into, goOn }, restored);
      // A database that moved or was emptied during the restore has given only a part.
      if ((await claim.read()).cluster !== cluster) throw new Error("Redis changed while it was read");
      return undefined;
    } catch (error) {
      log.warn("Could not restore everything", { error });
      return (error as Error).message;
    }
  }
}

function gapOf(
  { nodes, missing }: Restored,
  { cluster, lastSnapshot }: DatabaseMetadata,
): string | undefined {
  if (missing > 0) {
    return `Redis lacks ${missing} of ${nodes + missing} resources or their places in its indexes`;
  }
  // A database that does not name its cluster is not ours, and may have no such time.
  if (cluster !== undefined && lastSnapshot === undefined) return "Redis never had the whole graph";
  return undefined;
}
