import { best, type Measure } from "./measure.ts";

const COLUMNS = ["measure", "must", "best", "worst", "", "bare Hono", "of that"] as const;

/** Formats the figures, one a line. A cross marks a missed target. */
export function table(measures: readonly Measure[]): string {
  const rows = [[...COLUMNS], ...measures.map(toRow)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n");
}

function toRow(measure: Measure): string[] {
  const { name, unit, runs, must, better, bare } = measure;
  const value = best(measure, runs);
  const worst = better === "less" ? Math.max(...runs) : Math.min(...runs);
  const reached = must !== undefined && (better === "less" ? value <= must : value >= must);
  const bareValue = bare && best(measure, bare);
  return [
    name,
    must === undefined ? "" : `${better === "less" ? "≤" : "≥"} ${must.toLocaleString("en")}`,
    `${print(value)} ${unit}`,
    runs.length > 1 ? print(worst) : "",
    must === undefined ? "" : reached ? "✓" : "✗",
    bareValue === undefined ? "" : print(bareValue),
    bareValue === undefined ? "" : `${Math.round(100 * value / bareValue)} %`,
  ];
}

function print(value: number): string {
  return value.toLocaleString(
    "en",
    value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );
}
