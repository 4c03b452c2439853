import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { Claim } from "./claim.ts";
import type { DatabaseMetadata } from "./format/database_metadata.ts";
import type { PersistenceNumbers } from "./persistence_numbers.ts";
import { restore, Restored, type RestoreTarget } from "./restore.ts";
import type { Store } from "./store.ts";

export interface LoadingOptions {
  readonly store: Store;
  readonly graph: GraphReader;
  readonly claim: Claim;
  readonly numbers: PersistenceNumbers;
  readonly log: Logger;
}

/** What was loaded: trusted at once, dropped where it turns out to be another cluster's. */
export class Loading {
  readonly #options: LoadingOptions;
  /** What is not yet known to be of this cluster, and where it went. */
  #unjudged: { restored: Restored; into: RestoreTarget; metadata: DatabaseMetadata } | undefined;
  #savedAt: number | undefined;

  constructor(options: LoadingOptions) {
    this.#options = options;
  }

  /** When what was loaded was last known to be complete, in milliseconds since 1970. */
  get savedAt(): number | undefined {
    return this.#savedAt;
  }

  /** Loads all that it can; the kinds of what it has. `start` is when that began. */
  async load(
    into: RestoreTarget,
    { start, goOn }: { start: number; goOn: () => boolean },
  ): Promise<Iterable<ResourceKind>> {
    const { store, graph, claim, numbers, log } = this.#options;
    const restored = new Restored();
    try {
      await claim.read();
      await restore({ store, graph, into, goOn }, restored);
    } catch (error) {
      log.warn("Could not load all that is saved", { error });
    }
    const milliseconds = Math.round(performance.now() - start);
    const { metadata } = claim;
    this.#unjudged = { restored, into, metadata };
    this.#savedAt = metadata.lastSnapshot;
    numbers.restoredNodes = restored.nodes;
    numbers.restores.add(milliseconds);
    log.info(`Loaded ${restored.nodes} nodes from Redis`, { skipped: restored.skipped });
    log.info(`graph loaded from Redis in ${milliseconds}ms`);
    return restored.uids.keys();
  }

  /** Drops what was loaded once it is known to be another cluster's, but for what is there all the same. */
  judge(): void {
    const { graph, claim, numbers } = this.#options;
    if (this.#unjudged === undefined || !claim.isClusterKnown()) return;
    const { restored, into, metadata } = this.#unjudged;
    this.#unjudged = undefined;
    if (!claim.isForeign(metadata)) return;
    for (const [kind, uids] of restored.uids) {
      if (graph.isSynced(graph.kinds.indexOf(kind))) continue;
      for (const uid of uids) into.forget(uid);
    }
    numbers.restoredNodes = 0;
    this.#savedAt = undefined;
  }
}
