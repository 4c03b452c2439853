/**
 * Finds the resources that match a filter. It starts from the smallest part that the graph can find directly
 * (a release, a namespace, the sets with a label, a kind) and tests the other conditions there. Conditions
 * that a whole cohort shares are tested once for each cohort.
 */
import { fulfils, type LabelSelector, type Requirement } from "../../model/label_selector.ts";
import { DETAIL_LAYOUTS } from "../../model/detail.ts";
import { RELATION_MEANINGS } from "../../model/relation.ts";
import { kindName } from "../../model/resource_kind.ts";
import { type Status, STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import { IDLE, THERE } from "../tables/rows.ts";
import { chartOf } from "./charts.ts";
import { rowsOfOwner, rowsOfReleases } from "./membership.ts";
import { kindOf, sees, type Sight } from "./sight.ts";
import { forEachSource, forEachTarget, someSource } from "./walk.ts";

const IMAGE = DETAIL_LAYOUTS.findIndex(({ name }) => name === "image");

/** All given conditions must match. */
export interface Filter {
  readonly namespaces?: readonly string[] | undefined;
  /** Numbers in the graph's kinds. */
  readonly kinds?: readonly number[] | undefined;
  /**
   * Names of kinds, such as `Deployment` or `Deployment.apps`. A name without a group selects the kinds of all
   * groups.
   */
  readonly kindNames?: readonly string[] | undefined;
  /** Without a namespace, selects every release of the name. */
  readonly release?: { readonly namespace?: string | undefined; readonly name: string } | undefined;
  readonly chart?: string | undefined;
  readonly status?: Status | undefined;
  readonly labelSelector?: LabelSelector | undefined;
  readonly nameContains?: string | undefined;
  readonly names?: readonly string[] | undefined;
  /** A uid. Selects that resource, the resources that it owns, and those attached to them. */
  readonly owner?: string | undefined;
  /** A part of the image of the first container. */
  readonly imageContains?: string | undefined;
  /** Only unreferenced resources of kinds that exist to be used. */
  readonly unreferenced?: boolean | undefined;
  /** Includes inactive resources. */
  readonly inactive?: boolean | undefined;
}

export function select(sight: Sight, asked: Filter): RowSet {
  const filter = withKindNumbers(sight, asked);
  const { rows, cohorts, labels } = sight.tables;
  const { kinds } = sight;
  const selection = new RowSet(rows.end);
  const fits = rowTest(sight, filter);
  const cohortFits = cohortTest(sight, filter);
  const visitRow = (row: number) => {
    if (cohortFits(rows.cohort.data[row]!) && fits(row)) selection.add(row);
  };
  const visitCohort = (cohort: number) => {
    if (!cohortFits(cohort)) return;
    cohorts.forEachMember(cohort, (row) => {
      if (fits(row)) selection.add(row);
    });
  };

  const { namespaces, release, owner, names } = filter;
  if (release !== undefined || owner !== undefined) {
    const parts = [
      release && rowsOfReleases(sight, releasesNamed(sight, release)),
      owner === undefined ? undefined : rowsOfUid(sight, owner),
      namespaces && rowsOfNamespaces(sight, namespaces),
    ].filter((part) => part !== undefined);
    const [first, ...others] = parts;
    for (const row of first ?? []) if (others.every((part) => part.has(row))) visitRow(row);
  } else if (namespaces !== undefined) {
    const clusterScoped = filter.kinds === undefined || filter.kinds.some((kind) => !kinds[kind]!.namespaced);
    if (clusterScoped) { for (const row of rowsOfNamespaces(sight, namespaces)) visitRow(row); }
    else forEachCohortOfNamespaces(sight, { kinds: filter.kinds!, namespaces }, visitCohort);
  } else {
    const pairs = rarestPairs(sight, filter);
    if (pairs !== undefined) {
      for (const pair of pairs) {
        labels.forEachSetWith(pair, (set) => cohorts.forEachOfLabelSet(set, visitCohort));
      }
    } else if (names !== undefined) {
      for (const name of new Set(names)) forEachNamed(sight, name, visitRow);
    } else if (filter.kinds !== undefined) {
      for (const kind of filter.kinds) {
        for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
          cohorts.forEachOfScope(scope, visitCohort);
        }
      }
    } else if (filter.status !== undefined && filter.status !== "Ready") {
      forEachOfStatus(sight, filter.status, visitRow);
    } else {
      for (let row = 0; row < rows.end; row++) if (rows.has(row, THERE)) visitRow(row);
    }
  }
  return selection;
}

/** The resources of a kind in a namespace that match a filter. They are found when they are asked for. */
export interface SelectedScope {
  readonly kind: number;
  /** String id. */
  readonly namespace: number;
  rows(): number[];
}

/**
 * Returns the scopes in which resources may match a filter, so that a page of the answer does not cost a
 * search of the others. Returns undefined if `select` finds the resources of the whole graph more directly.
 */
export function selectScopes(sight: Sight, asked: Filter): SelectedScope[] | undefined {
  const filter = withKindNumbers(sight, asked);
  const { status = "Ready" } = filter;
  if (hasPart(filter) || filter.names !== undefined || status !== "Ready") return undefined;
  if (rarestPairs(sight, filter) !== undefined) return undefined;
  const { cohorts } = sight.tables;
  const fits = rowTest(sight, filter);
  const cohortFits = cohortTest(sight, filter);
  const found: SelectedScope[] = [];
  for (const kind of filter.kinds ?? sight.kinds.keys()) {
    for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (cohorts.population(scope) === 0) continue;
      const rows = () => {
        const matching: number[] = [];
        cohorts.forEachOfScope(scope, (cohort) => {
          if (!cohortFits(cohort)) return;
          cohorts.forEachMember(cohort, (row) => {
            if (fits(row)) matching.push(row);
          });
        });
        return matching;
      };
      found.push({ kind, namespace: cohorts.namespaceOfScope(scope), rows });
    }
  }
  return found;
}

/** Reports whether relations decide which resources match the filter. */
export function hasPart({ namespaces, release, owner }: Filter): boolean {
  return namespaces !== undefined || release !== undefined || owner !== undefined;
}

/** Looks up the kinds that a filter names. Kinds come and go, so a view does it each time. */
function withKindNumbers({ kinds }: Sight, filter: Filter): Filter {
  if (filter.kindNames === undefined) {
    if (!filter.unreferenced || filter.kinds !== undefined) return filter;
    return {
      ...filter,
      kinds: kinds.flatMap(({ isThereToBeUsed }, number) => isThereToBeUsed ? number : []),
    };
  }
  const names = new Set(filter.kindNames);
  const named = kinds.flatMap((kind, number) =>
    names.has(kind.kind) || names.has(kindName(kind)) ? number : []
  );
  return { ...filter, kinds: named };
}

function rowsOfUid(sight: Sight, uid: string): RowSet {
  const { rows, uids } = sight.tables;
  const row = uids.find(uid) ? rows.findUid(uids.words, 0) : NONE;
  const isThere = row !== NONE && rows.has(row, THERE) && sees(sight, row);
  return isThere ? rowsOfOwner(sight, row) : new RowSet(0);
}

function forEachNamed(
  { tables: { rows, strings } }: Sight,
  text: string,
  visit: (row: number) => void,
): void {
  const id = strings.find(text);
  if (id === NONE) return;
  const name = rows.name.data;
  for (let row = name.indexOf(id); row !== -1 && row < rows.end; row = name.indexOf(id, row + 1)) {
    if (rows.has(row, THERE)) visit(row);
  }
}

/** Visits the resources with a status, which the runtime finds in a column of bytes faster than any loop. */
function forEachOfStatus({ tables: { rows } }: Sight, text: Status, visit: (row: number) => void): void {
  const status = STATUSES.indexOf(text);
  const column = rows.status.data;
  for (
    let row = column.indexOf(status);
    row !== -1 && row < rows.end;
    row = column.indexOf(status, row + 1)
  ) {
    if (rows.has(row, THERE)) visit(row);
  }
}

/** Returns the test of a filter without a part (see `hasPart`), for present rows. */
export function testOf(sight: Sight, asked: Filter): (row: number) => boolean {
  const filter = withKindNumbers(sight, asked);
  const fits = rowTest(sight, filter);
  const cohortFits = cohortTest(sight, filter);
  return (row) => cohortFits(sight.tables.rows.cohort.data[row]!) && fits(row);
}

/** Returns the numbers of the selected releases. */
export function releasesNamed(
  { tables }: Sight,
  { namespace, name }: NonNullable<Filter["release"]>,
): number[] {
  const { cohorts, strings } = tables;
  const nameId = strings.find(name);
  if (nameId === NONE) return [];
  if (namespace !== undefined) {
    const namespaceId = strings.find(namespace);
    const release = namespaceId === NONE ? NONE : cohorts.findRelease(namespaceId, nameId);
    return release === NONE ? [] : [release];
  }
  const releases: number[] = [];
  for (let release = cohorts.releaseFrom(0); release !== NONE; release = cohorts.releaseFrom(release + 1)) {
    if (cohorts.releaseName(release) === nameId) releases.push(release);
  }
  return releases;
}

/**
 * Returns the resources of namespaces, the Namespaces themselves, and the cluster-scoped resources that have
 * a relation to one of these resources.
 */
function rowsOfNamespaces(sight: Sight, namespaces: readonly string[]): RowSet {
  const { rows, cohorts, strings } = sight.tables;
  const part = new RowSet(rows.end);
  const every = sight.kinds.map((_, kind) => kind);
  forEachCohortOfNamespaces(sight, { kinds: every, namespaces }, (cohort) => {
    if (sight.visible !== undefined && !sight.visible.has(cohorts.scope(cohort))) return;
    cohorts.forEachMember(cohort, (row) => part.add(row));
  });
  const addClusterScoped = (type: number, other: number) => {
    if (RELATION_MEANINGS[type]!.followed && !kindOf(sight, other).namespaced) part.add(other);
  };
  for (let i = 0, size = part.size; i < size; i++) {
    forEachTarget(sight, part.at(i), addClusterScoped);
    forEachSource(sight, part.at(i), addClusterScoped);
  }
  sight.kinds.forEach(({ isNamespace }, kind) => {
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
  { tables: { cohorts, strings } }: Sight,
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

/**
 * Returns the test for the common properties of a cohort, including visibility. Namespaces are not tested,
 * because the selection starts from them.
 */
function cohortTest({ tables, visible, chartKeys }: Sight, filter: Filter): (cohort: number) => boolean {
  const { cohorts, labels, strings } = tables;
  const tests: ((cohort: number) => boolean)[] = [];
  const { kinds, chart, labelSelector = [] } = filter;
  if (visible !== undefined) tests.push((cohort) => visible.has(cohorts.scope(cohort)));
  if (kinds !== undefined) tests.push((cohort) => kinds.includes(cohorts.kind(cohort)));
  if (chart !== undefined) {
    const wanted = strings.find(chart);
    tests.push((cohort) =>
      wanted !== NONE && chartOf(tables, chartKeys, cohorts.labelSet(cohort)) === wanted
    );
  }
  for (const requirement of labelSelector) {
    const key = strings.find(requirement.key);
    /** The result by the string id of a value. */
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

function rowTest(sight: Sight, filter: Filter): (row: number) => boolean {
  const { rows, strings } = sight.tables;
  const status = filter.status === undefined ? undefined : STATUSES.indexOf(filter.status);
  const { nameContains = "", inactive = false } = filter;
  const names = filter.names && new Set(filter.names.map((name) => strings.find(name)));
  const tests: ((row: number) => boolean)[] = [];
  if (names !== undefined) tests.push((row) => names.has(rows.name.data[row]!));
  if (nameContains !== "") {
    const contains = strings.containing(nameContains);
    tests.push((row) => contains(rows.name.data[row]!));
  }
  if (filter.imageContains !== undefined) tests.push(imageTest(sight, filter.imageContains));
  if (filter.unreferenced) tests.push((row) => isUnreferenced(sight, row));
  return (row) =>
    (inactive || !rows.has(row, IDLE)) &&
    (status === undefined || rows.status.data[row] === status) &&
    (tests.length === 0 || tests.every((test) => test(row)));
}

function imageTest({ tables: { rows, details, strings } }: Sight, part: string): (row: number) => boolean {
  /** The result by the string id of an image. */
  const verdicts = new Map<number, boolean>();
  return (row) => {
    const image = details.find(rows.details.data[row]!, IMAGE);
    if (image === undefined) return false;
    let verdict = verdicts.get(image);
    if (verdict === undefined) verdicts.set(image, verdict = strings.text(image).includes(part));
    return verdict;
  };
}

/** Reports whether nothing uses a resource. Its owner and a bound volume do not use it. */
function isUnreferenced(sight: Sight, row: number): boolean {
  if (!kindOf(sight, row).isThereToBeUsed) return false;
  return !someSource(sight, row, (type) => RELATION_MEANINGS[type]!.isUse);
}

/**
 * Returns the label pairs of the most selective condition: every matching resource has one of them. Undefined
 * without such a condition.
 */
function rarestPairs({ tables, chartKeys }: Sight, filter: Filter): readonly number[] | undefined {
  const { labels, strings } = tables;
  const pairOf = (key: number, value: string) => {
    const valueId = strings.find(value);
    return key === NONE || valueId === NONE ? NONE : labels.findPair(key, valueId);
  };
  const conditions = (filter.labelSelector ?? []).filter(asksForPair).map(({ key, values }) => [
    pairOf(strings.find(key), values[0]!),
  ]);
  const { chart } = filter;
  if (chart !== undefined) conditions.push(chartKeys.map((key) => pairOf(key, chart)));

  let rarest: readonly number[] | undefined;
  let fewest = Infinity;
  for (const condition of conditions) {
    const pairs = condition.filter((pair) => pair !== NONE);
    const sets = pairs.reduce((sum, pair) => sum + labels.setsWith(pair), 0);
    if (sets < fewest) [rarest, fewest] = [pairs, sets];
  }
  return rarest;
}

function asksForPair({ operator, values }: Requirement): boolean {
  return operator === "In" && values.length === 1;
}
