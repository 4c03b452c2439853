import type { Slicer } from "../graph/queries/slicer.ts";

/** The number of values that are sorted at once. */
const CHUNK = 1_000;

/** Returns the values in order, as `toSorted` does: of equal ones the first stays first. Sorts in slices. */
export async function sortInSlices<T>(
  values: readonly T[],
  compare: (a: T, b: T) => number,
  slicer: Slicer,
): Promise<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < values.length; at += CHUNK) {
    await slicer.pauseIfOver();
    runs.push(values.slice(at, at + CHUNK).sort(compare));
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [a, b] = [runs[i]!, runs[i + 1]];
      merged.push(b === undefined ? a : await merge(a, b, { compare, slicer }));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  a: readonly T[],
  b: readonly T[],
  { compare, slicer }: { compare: (a: T, b: T) => number; slicer: Slicer },
): Promise<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (merged.length % CHUNK === 0) await slicer.pauseIfOver();
    merged.push(j === b.length || i < a.length && compare(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
  }
  return merged;
}
