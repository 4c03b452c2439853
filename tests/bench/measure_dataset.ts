import { RedisServer } from "../support/redis_server.ts";
import type { Measure } from "./measure.ts";
import { UnsavedGraph } from "./unsaved_graph.ts";

/** Measures the memory of a saved graph in Redis. */
export async function measureDataset(options: { objects: number; seed: number }): Promise<Measure> {
  await using redis = await RedisServer.start();
  const empty = await datasetOf(redis);
  const unsaved = new UnsavedGraph(options);
  await unsaved.save(redis);
  const { resourceCount, relationCount } = unsaved.graph.read;
  return {
    name: `dataset of ${resourceCount} resources and ${relationCount} relations in Redis`,
    unit: "MB",
    better: "less",
    runs: [(await datasetOf(redis) - empty) / 1e6],
    must: 12,
  };
}

async function datasetOf(redis: RedisServer): Promise<number> {
  const [, bytes] = /^used_memory_dataset:(\d+)/m.exec(`${await redis.command("INFO", "memory")}`) ?? [];
  return Number(bytes);
}
