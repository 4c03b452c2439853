/**
 * Finds the resources that a filter lets through. It starts from the smallest part that the graph can
 * name (a release, a namespace, the sets with a label, a kind) and tests the rest on what it finds
 * there: what cohorts have in common once a cohort.
 */
import { fulfils, type LabelSelector } from "../../model/label_selector.ts";
import { CHART_LABEL } from "../../model/record.ts";
import { RELATION_MEANINGS } from "../../model/relation.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import { IDLE, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { forEachSource, forEachTarget, rowsOfReleases } from "./walk.ts";

/** All that is set must hold. */
export interface Filter {
  readonly namespaces?: readonly string[];
  /** Numbers in the graph's kinds. */
  readonly kinds?: readonly number[];
  /** Without a namespace, every release of the name. */
  readonly release?: { readonly namespace?: string; readonly name: string };
  readonly chart?: string;
  readonly status?: Status;
  readonly labelSelector?: LabelSelector;
  readonly nameContains?: string;
  /** Idle resources too. */
  readonly inactive?: boolean;
}

export function select(tables: Tables, kinds: readonly ResourceKind[], filter: Filter): RowSet {
  const { rows, cohorts } = tables;
  const selection = new RowSet(rows.end);
  const fits = rowTest(tables, filter);
  const cohortFits = cohortTest(tables, filter);
  const visitRow = (row: number) => {
    if (cohortFits(rows.cohort.data[row]!) && fits(row)) selection.add(row);
  };
  const visitCohort = (cohort: number) => {
    if (!cohortFits(cohort)) return;
    cohorts.forEachMember(cohort, (row) => {
      if (fits(row)) selection.add(row);
    });
  };

  const { namespaces, release } = filter;
  if (release !== undefined) {
    const part = namespaces && rowsOfNamespaces(tables, kinds, namespaces);
    for (const row of rowsOfReleases(tables, { releases: releasesNamed(tables, release), kinds })) {
      if (part === undefined || part.has(row)) visitRow(row);
    }
  } else if (namespaces !== undefined) {
    const clusterScoped = filter.kinds === undefined || filter.kinds.some((kind) => !kinds[kind]!.namespaced);
    if (clusterScoped) { for (const row of rowsOfNamespaces(tables, kinds, namespaces)) visitRow(row); }
    else forEachCohortOfNamespaces(tables, { kinds: filter.kinds!, namespaces }, visitCohort);
  } else {
    const pair = rarestPair(tables, filter);
    if (pair !== undefined) {
      if (pair === NONE) return selection;
      tables.labels.forEachSetWith(pair, (set) => cohorts.forEachOfLabelSet(set, visitCohort));
    } else if (filter.kinds !== undefined) {
      for (const kind of filter.kinds) {
        for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
          cohorts.forEachOfScope(scope, visitCohort);
        }
      }
    } else {
      for (let row = 0; row < rows.end; row++) if (rows.has(row, THERE)) visitRow(row);
    }
  }
  return selection;
}

/** The numbers of the releases that are meant. */
export function releasesNamed(tables: Tables, { namespace, name }: NonNullable<Filter["release"]>): number[] {
  const { cohorts, strings } = tables;
  const nameId = strings.find(name);
  if (nameId === NONE) return [];
  if (namespace !== undefined) {
    const namespaceId = strings.find(namespace);
    const release = namespaceId === NONE ? NONE : cohorts.findRelease(namespaceId, nameId);
    return release === NONE ? [] : [release];
  }
  const releases: number[] = [];
  cohorts.forEachRelease((release) => {
    if (cohorts.releaseName(release) === nameId) releases.push(release);
  });
  return releases;
}

/**
 * The resources of namespaces, and of the cluster-scoped ones the Namespaces themselves and what has a
 * relation to one of these resources.
 */
function rowsOfNamespaces(tables: Tables, kinds: readonly ResourceKind[], namespaces: readonly string[]) {
  const { rows, cohorts, strings } = tables;
  const part = new RowSet(rows.end);
  const every = kinds.map((_, kind) => kind);
  forEachCohortOfNamespaces(tables, { kinds: every, namespaces }, (cohort) => {
    cohorts.forEachMember(cohort, (row) => part.add(row));
  });
  const addClusterScoped = (type: number, other: number) => {
    if (RELATION_MEANINGS[type]!.followed && !kinds[cohorts.kind(rows.cohort.data[other]!)]!.namespaced) {
      part.add(other);
    }
  };
  for (let i = 0, size = part.size; i < size; i++) {
    forEachTarget(tables, part.at(i), addClusterScoped);
    forEachSource(tables, part.at(i), addClusterScoped);
  }
  kinds.forEach(({ isNamespace }, kind) => {
    if (!isNamespace) return;
    const scope = cohorts.findScope(kind, 0);
    for (const namespace of namespaces) {
      const name = strings.find(namespace);
      const row = scope === NONE || name === NONE ? NONE : rows.findKey(scope, name);
      if (row !== NONE && rows.has(row, THERE)) part.add(row);
    }
  });
  return part;
}

function forEachCohortOfNamespaces(
  { cohorts, strings }: Tables,
  part: { kinds: readonly number[]; namespaces: readonly string[] },
  visit: (cohort: number) => void,
): void {
  for (const namespace of new Set(part.namespaces)) {
    const id = strings.find(namespace);
    if (id === NONE || id === 0) continue;
    for (const kind of part.kinds) {
      const scope = cohorts.findScope(kind, id);
      if (scope !== NONE) cohorts.forEachOfScope(scope, visit);
    }
  }
}

/** What all resources of a cohort have in common. Namespaces are not tested: they are started from. */
function cohortTest({ cohorts, labels, strings }: Tables, filter: Filter): (cohort: number) => boolean {
  const tests: ((cohort: number) => boolean)[] = [];
  const { kinds, chart, labelSelector } = filter;
  if (kinds !== undefined) tests.push((cohort) => kinds.includes(cohorts.kind(cohort)));
  const selector = [...labelSelector ?? []];
  if (chart !== undefined) selector.push({ key: CHART_LABEL, operator: "In", values: [chart] });
  for (const requirement of selector) {
    const key = strings.find(requirement.key);
    /** By string id of a value. */
    const verdicts = new Map<number, boolean>();
    tests.push((cohort) => {
      const value = key === NONE ? NONE : labels.get(cohorts.labelSet(cohort), key);
      let verdict = verdicts.get(value);
      if (verdict === undefined) {
        verdict = fulfils(requirement, value === NONE ? undefined : strings.text(value));
        verdicts.set(value, verdict);
      }
      return verdict;
    });
  }
  return (cohort) => tests.every((test) => test(cohort));
}

function rowTest({ rows, strings }: Tables, filter: Filter): (row: number) => boolean {
  const status = filter.status === undefined ? undefined : STATUSES.indexOf(filter.status);
  const { nameContains = "", inactive = false } = filter;
  return (row) =>
    (inactive || !rows.has(row, IDLE)) &&
    (status === undefined || rows.status.data[row] === status) &&
    (nameContains === "" || strings.text(rows.name.data[row]!).includes(nameContains));
}

/** The pair of label that the filter asks for and fewest sets have; NONE where none has one of them. */
function rarestPair({ labels, strings }: Tables, { chart, labelSelector }: Filter): number | undefined {
  const wanted = (labelSelector ?? []).filter(({ operator, values }) =>
    operator === "In" && values.length === 1
  )
    .map(({ key, values }) => [key, values[0]!] as const);
  if (chart !== undefined) wanted.push([CHART_LABEL, chart]);
  let rarest: number | undefined;
  for (const [key, value] of wanted) {
    const keyId = strings.find(key);
    const valueId = strings.find(value);
    const pair = keyId === NONE || valueId === NONE ? NONE : labels.findPair(keyId, valueId);
    if (pair === NONE) return NONE;
    if (rarest === undefined || labels.setsWith(pair) < labels.setsWith(rarest)) rarest = pair;
  }
  return rarest;
}
