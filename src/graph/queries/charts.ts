import { CHART_LABELS } from "../../model/record.ts";
import { NONE } from "../../arrays/columns.ts";
import type { Tables } from "../tables/tables.ts";
import type { Sight } from "./sight.ts";

/** The string id of the empty string. */
const EMPTY = 0;

/** Returns the string ids of the labels that name a chart. The caller holds them. */
export function internChartKeys({ strings }: Tables): number[] {
  return CHART_LABELS.map((label) => strings.intern(label));
}

/** Returns the string id of the chart that a set of labels names, or NONE. */
export function chartOf({ labels }: Tables, keys: readonly number[], set: number): number {
  for (const key of keys) {
    const value = labels.get(set, key);
    if (value !== NONE && value !== EMPTY) return value;
  }
  return NONE;
}

/** Returns the string ids of the charts of visible resources, all or those in one namespace. */
export function chartsOf(sight: Sight, keys: readonly number[], namespace?: string): Set<number> {
  const { cohorts, labels, strings } = sight.tables;
  const only = namespace === undefined ? undefined : strings.find(namespace);
  const isWanted = (cohort: number) =>
    (only === undefined || cohorts.namespace(cohort) === only) &&
    (sight.visible === undefined || sight.visible.has(cohorts.scope(cohort)));
  const charts = new Set<number>();
  keys.forEach((key, i) => {
    labels.forEachPairOf(key, (pair, value) => {
      if (value === EMPTY || charts.has(value)) return;
      labels.forEachSetWith(pair, (set) => {
        if (charts.has(value) || i > 0 && chartOf(sight.tables, keys, set) !== value) return;
        cohorts.forEachOfLabelSet(set, (cohort) => {
          if (isWanted(cohort)) charts.add(value);
        });
      });
    });
  });
  return charts;
}
