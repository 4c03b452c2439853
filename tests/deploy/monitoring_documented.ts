/** The table of metrics in docs/operations.md, with which tests compare the alerts and the dashboard. */
import { codeSpans, readPage, section, tableRows } from "../support/markdown.ts";

export interface DocumentedMetric {
  readonly type: string;
  readonly labels: readonly string[];
}

export function documentedMetrics(): Map<string, DocumentedMetric> {
  const rows = tableRows(section(readPage("docs/operations.md"), "## Metrics"));
  return new Map(rows.map(([name = "", type = "", labels = ""]) => [
    codeSpans(name)[0] ?? "",
    { type, labels: codeSpans(labels).flatMap((list) => list.split(", ")) },
  ]));
}

/**
 * Returns the series of an expression that are not in the table. Recorded series have colons and do not
 * count.
 */
export function undocumentedSeries(expression: string): string[] {
  const metrics = documentedMetrics();
  const series = [...metrics].flatMap(([name, { type }]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
  );
  const named = expression.match(/\b(?:astrolabe|process)_\w+/g) ?? [];
  return named.filter((name) => !series.includes(name));
}
