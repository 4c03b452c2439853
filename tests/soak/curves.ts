/** The sampled quantities, and their judgement at the end. */
export interface Curve {
  readonly name: string;
  readonly unit: string;
  /** The statistic of the first and last third that is compared. The default is the median. */
  readonly figure?: (values: readonly number[]) => number;
  /** The allowed growth from the first to the last third. */
  readonly slack: (early: number) => number;
}

export const CURVES = {
  resident: { name: "resident memory", unit: "MB", slack: (early) => 0.1 * early + 5 },
  lag: { name: "event-loop lag, worst of a minute", unit: "ms", slack: (early) => 0.5 * early + 25 },
  // Each fault cuts connections and clients reconnect, so only the maximum shows a leak.
  files: { name: "open files", unit: "", figure: (values) => Math.max(...values), slack: () => 5 },
  dirty: { name: "dirty keys", unit: "", slack: () => 1_000 },
  nodes: { name: "resources", unit: "", slack: (early) => 0.1 * early },
} satisfies Record<string, Curve>;

export type Sample = Readonly<Record<keyof typeof CURVES, number>> & {
  /** The time since the start. */
  readonly seconds: number;
};

export interface Verdict {
  readonly curve: Curve;
  /** The statistic of the first and of the last third. */
  readonly early: number;
  readonly late: number;
  readonly most: number;
  readonly isFlat: boolean;
}

/**
 * Reports whether each curve ends about where it began. The first fifth is the warm-up and does not count.
 */
export function judge(samples: readonly Sample[]): Verdict[] {
  const counted = samples.slice(Math.floor(samples.length / 5));
  const third = Math.ceil(counted.length / 3);
  return Object.entries<Curve>(CURVES).map(([key, curve]) => {
    const values = counted.map((sample) => sample[key as keyof typeof CURVES]);
    const { figure = median } = curve;
    const early = figure(values.slice(0, third));
    const late = figure(values.slice(-third));
    const most = Math.max(...samples.map((sample) => sample[key as keyof typeof CURVES]));
    return { curve, early, late, most, isFlat: late <= early + curve.slack(early) };
  });
}

/** Formats the curves as numbers: a row for each of at most twenty spans, with the medians of its samples. */
export function curvesAsText(samples: readonly Sample[]): string {
  const size = Math.ceil(samples.length / 20);
  const rows = [[
    "minutes",
    ...Object.values<Curve>(CURVES).map(({ name, unit }) => unit ? `${name}, ${unit}` : name),
  ]];
  for (let from = 0; from < samples.length; from += size) {
    const span = samples.slice(from, from + size);
    const cells = Object.keys(CURVES).map((key) =>
      print(median(span.map((it) => it[key as keyof typeof CURVES])))
    );
    rows.push([print((span.at(-1)?.seconds ?? 0) / 60), ...cells]);
  }
  return alignRight(rows);
}

export function verdictsAsText(verdicts: readonly Verdict[]): string {
  return alignRight([
    ["", "first third", "last third", "most", ""],
    ...verdicts.map(({ curve: { name, unit }, early, late, most, isFlat }) => [
      unit ? `${name}, ${unit}` : name,
      ...[early, late, most].map(print),
      isFlat ? "✓" : "✗",
    ]),
  ]);
}

function alignRight(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")).join(
    "\n",
  );
}

function print(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
