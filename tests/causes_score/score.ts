/**
 * Compares two groupings of the same problems: by the cause that the server names, and by the fault that was
 * injected. A grouping is an array of labels, one for each problem.
 */

export interface Score {
  /** Of the pairs of problems that the server puts together, the share that belongs together. */
  readonly precision: number;
  /** Of the pairs of problems that belong together, the share that the server puts together. */
  readonly recall: number;
  readonly f1: number;
  /** 1: equal groupings; about 0: as equal as chance makes them. */
  readonly adjustedRandIndex: number;
}

/**
 * Scores the pairs of problems, and the adjusted Rand index.
 * https://doi.org/10.1007/BF01908075 (Hubert and Arabie, Comparing partitions)
 */
export function scoreOf(found: readonly string[], truth: readonly string[]): Score {
  if (found.length !== truth.length) throw new RangeError("both groupings need one label for each problem");
  const both = pairsWithin(found.map((label, at) => JSON.stringify([label, truth[at]])));
  const inFound = pairsWithin(found);
  const inTruth = pairsWithin(truth);
  const precision = inFound === 0 ? 1 : both / inFound;
  const recall = inTruth === 0 ? 1 : both / inTruth;
  const f1 = precision + recall === 0 ? 0 : 2 * precision * recall / (precision + recall);

  const all = found.length * (found.length - 1) / 2;
  const expected = all === 0 ? 0 : inFound * inTruth / all;
  const most = (inFound + inTruth) / 2;
  const adjustedRandIndex = most === expected ? 1 : (both - expected) / (most - expected);
  return { precision, recall, f1, adjustedRandIndex };
}

function pairsWithin(labels: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return sizes.values().reduce((sum, size) => sum + size * (size - 1) / 2, 0);
}
