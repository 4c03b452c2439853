/**
 * Measures sustained writes of a whole graph, alternately with redis-benchmark and values of the same size.
 */
import { RedisServer } from "../support/redis_server.ts";
import type { Measure } from "./measure.ts";
import { averageValue, redisBenchmark } from "./redis_benchmark.ts";
import { UnsavedGraph } from "./unsaved_graph.ts";

/** The target as a share of the rate of redis-benchmark. */
const SHARE = 0.4;

export interface MeasureWritesOptions {
  readonly objects: number;
  readonly seed: number;
  readonly runs: number;
}

export async function* measureWrites({ objects, seed, runs }: MeasureWritesOptions): AsyncGenerator<Measure> {
  const rates: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run++) {
    await using redis = await RedisServer.start();
    const { writes, milliseconds } = await new UnsavedGraph({ objects, seed }).save(redis);
    rates.push(writes / (milliseconds / 1000));
    theirs.push(await redisBenchmark(redis, await averageValue(redis)));
  }
  const must = SHARE * Math.max(...theirs);
  yield {
    name: "sustained writes of values and members",
    unit: "writes/s",
    better: "more",
    runs: rates,
    must,
  };
  yield { name: "redis-benchmark, values of the same size", unit: "writes/s", better: "more", runs: theirs };
}
