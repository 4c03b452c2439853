import { Graph } from "../../src/graph/graph.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { BatchEncoder } from "../../src/persist/format/batch_encoder.ts";
import { Journal } from "../../src/persist/journal/journal.ts";
import { Lease } from "../../src/persist/lease.ts";
import { Counters, NO_OBSERVERS } from "../../src/persist/counters.ts";
import { Writer } from "../../src/persist/writer.ts";
import { systemClock } from "../../src/model/clock.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import type { RedisTarget } from "../../src/persist/redis/redis_store.ts";
import type { RedisServer } from "../support/redis_server.ts";
import { RunningStore } from "../support/redis_store.ts";

/** The graph of a sample cluster, of which nothing has been saved yet. */
export class UnsavedGraph {
  readonly graph = new Graph(kinds);
  readonly #journal = new Journal(this.graph.read, () => {});

  constructor(options: { objects: number; seed: number }) {
    this.graph.listen(this.#journal);
    for (const object of sampleCluster(options)) {
      const rule = findKind(object.apiVersion.split("/").at(-2) ?? "", object.kind);
      if (rule === undefined) throw new TypeError(`the sample cluster has a ${object.kind}`);
      const metadata = { ...object.metadata, resourceVersion: "1" };
      this.graph.upsert(makeRecord(rule, { ...object, metadata }));
    }
  }

  /** Saves the graph. Returns the number of values and members, and the milliseconds. */
  async save(redis: Partial<RedisTarget> | RedisServer): Promise<{ writes: number; milliseconds: number }> {
    await using running = await new RunningStore(redis, { silence: 10_000 }).connected();
    const { store } = running;
    const counters = new Counters();
    const lease = new Lease({ store, clock: systemClock, onTaken: () => {} });
    const encoder = new BatchEncoder(this.graph.read, this.#journal.uids);
    const writer = new Writer({
      store,
      journal: this.#journal,
      encoder,
      lease,
      counters,
      observers: NO_OBSERVERS,
      batchSize: 100,
      flushInterval: 30_000,
      clock: systemClock,
    });
    const keys = this.#journal.size;
    const start = performance.now();
    const { made } = await writer.flush();
    const milliseconds = performance.now() - start;
    if (counters.writes.written !== keys) throw new Error("not everything was written");
    return { writes: made, milliseconds };
  }
}
