/** Checks the sets of suspects: computes the reasons of every row again, from its whole surroundings. */
import { RELATION_TYPES } from "../../model/relation.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { BY_UID, OPTIONAL, REQUIRED, SELECTOR, UNTRACKED } from "../tables/references.ts";
import { FINISHED, ON_HOLD, THERE } from "../tables/rows.ts";
import { REASONS } from "../tables/suspect_sets.ts";
import type { Tables } from "../tables/tables.ts";
import { forEachSource } from "../queries/walk.ts";
import type { Findings } from "./findings.ts";

export interface SuspectOptions {
  /** The present rows. */
  readonly rows: readonly number[];
  readonly kinds: readonly ResourceKind[];
}

export function checkSuspects(
  findings: Findings,
  tables: Tables,
  { rows: present, kinds }: SuspectOptions,
): void {
  const { rows, suspects, selectors } = tables;
  selectors.forEach((selector) => {
    const expected = selected(tables, selector).filter((row) => !rows.has(row, FINISHED)).length;
    const found = selectors.unfinished.data[selector];
    findings.compare(`selector ${selector}: unfinished resources`, found, expected);
  });
  for (const reason of REASONS) {
    const expected = present.filter((row) => isSuspect(tables, row, kinds)[reason]);
    const found: number[] = [];
    suspects[reason].forEach((row) => found.push(row));
    findings.compareLists(`the ${reason} rows`, found, expected);
    findings.compare(`the number of ${reason} rows`, suspects[reason].size, expected.length);
  }
}

function isSuspect(tables: Tables, row: number, kinds: readonly ResourceKind[]) {
  const { rows, references, cohorts } = tables;
  const declared: number[] = [];
  for (let at = references.first(row); at !== NONE; at = references.after(at)) declared.push(at);
  const { unusedWithout } = kinds[cohorts.kind(rows.cohort.data[row]!)]!;
  const incoming = new Set<string>();
  forEachSource(
    { tables, kinds, chartKeys: [], retold: [] },
    row,
    (type) => incoming.add(RELATION_TYPES[type]!),
  );
  const status = STATUSES[rows.status.data[row]!];
  return {
    failed: status === "Error",
    waiting: status === "Pending" && !rows.has(row, ON_HOLD),
    unmet: declared.some((at) =>
      !references.has(at, SELECTOR | OPTIONAL) && !rows.has(references.target.data[at]!, THERE) &&
      !(references.has(at, BY_UID) && references.note.data[at] === UNTRACKED)
    ),
    selectless: declared.some((at) =>
      references.has(at, SELECTOR) && references.has(at, REQUIRED) &&
      selected(tables, references.target.data[at]!).every((it) => rows.has(it, FINISHED))
    ),
    unused: unusedWithout !== undefined && !incoming.has(unusedWithout),
  };
}

/** Returns the rows that a selector selects. */
function selected({ selectors, cohorts }: Tables, selector: number): number[] {
  const found: number[] = [];
  selectors.forEachCohortOf(selector, (cohort) => cohorts.forEachMember(cohort, (row) => found.push(row)));
  return found;
}
