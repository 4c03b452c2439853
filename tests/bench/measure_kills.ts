import { killAtAnyMoment } from "../support/kill_at_any_moment.ts";
import type { Measure } from "./measure.ts";

/** Counts how often the graph differs from the cluster after a kill at a random moment and a restart. */
export async function measureKills({ seeds }: { seeds: number }): Promise<Measure> {
  let failures = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      await killAtAnyMoment(seed);
    } catch (error) {
      console.error(`seed ${seed}:`, error);
      failures++;
    }
  }
  return {
    name: `of ${seeds} kills, not whole again after`,
    unit: "failures",
    better: "less",
    runs: [failures],
    must: 0,
  };
}
