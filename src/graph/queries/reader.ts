/**
 * The read side of the graph: single resources and their relations (see `RowReader`), and the queries about
 * many resources. It never writes.
 */
import type { Release } from "../../model/record.ts";
import { RELATION_TYPES } from "../../model/relation.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import type { KindTable } from "../kind_table.ts";
import type { Tables } from "../tables/tables.ts";
import { BandFinder, type BandKey, bandSources, type BandSums, bandSums, bandText } from "./bands.ts";
import { type Cause, CauseCollector, CauseCounter } from "./causes.ts";
import { chartsOf, internChartKeys } from "./charts.ts";
import { findProblems, noProblems, type ProblemCounts, rowsToAsk } from "./find_problems.ts";
import { beginsByTime, countUnresolved } from "./find_suspects.ts";
import { type Revision, revisionsOf } from "./helm_storage.ts";
import { type Impact, impactOf } from "./impact.ts";
import type { Problem } from "./problem.ts";
import { forEachProblem, type ProblemScope } from "./problems.ts";
import { problemMessage } from "./problem_message.ts";
import { type ReleaseSums, releaseSums } from "./release_sums.ts";
import { type ListedRelease, listReleases } from "./releases.ts";
import {
  type Filter,
  hasPart,
  releasesNamed,
  select,
  type SelectedScope,
  selectScopes,
  testOf,
} from "./select.ts";
import { RowReader } from "./row_reader.ts";
import { type Extent, sees, type Sight } from "./sight.ts";
import { forEachRetoldBy, internRetold, shownMessage } from "./shown_message.ts";
import type { Slicer } from "./slicer.ts";
import { type Permits, VisibleScopes } from "./visible_scopes.ts";
import { type Path, pathFromRelease } from "./why.ts";

/** The state of the graph outside its tables. */
export interface GraphState {
  readonly kinds: KindTable;
  readonly relations: Uint32Array;
  /** Nine digits that differ between processes. */
  readonly process: string;
  revision(): number;
  /** The time of the last read of the revision, in seconds since 1970. */
  time(): number;
  resources(): number;
}

/** Reports whether some resources of a kind in a namespace are not followed. */
export type IsLimited = (kind: ResourceKind, namespace: string) => boolean;

/** The queries over the whole graph that run in slices. */
export interface SlicedQuestion {
  readonly filter: Filter;
  readonly isLimited: IsLimited;
  readonly slicer: Slicer;
}

export class GraphReader extends RowReader {
  readonly #tables: Tables;
  readonly #state: GraphState;
  readonly #sight: Sight;
  /** The visible relations by type, at a revision. */
  #counted: { readonly revision: number; readonly counts: readonly number[] } | undefined;

  constructor(tables: Tables, state: GraphState, sight?: Sight) {
    const kinds = state.kinds.all;
    const whole = sight ??
      { tables, kinds, chartKeys: internChartKeys(tables), retold: internRetold(tables, kinds) };
    super(whole);
    this.#tables = tables;
    this.#state = state;
    this.#sight = whole;
  }

  /** Returns a reader of the same graph for which only the permitted resources exist. */
  seenBy(permits: Permits): GraphReader {
    const visible = new VisibleScopes(permits, { tables: this.#tables, kinds: this.#state.kinds });
    return new GraphReader(this.#tables, this.#state, { ...this.#sight, visible });
  }

  // The whole

  get revision(): number {
    return this.#state.revision();
  }

  /**
   * The revision as readers see it. It names the process, because revisions of other processes have no
   * meaning here.
   */
  get rv(): string {
    return this.formatRevision(this.revision);
  }

  formatRevision(revision: number): string {
    return this.#state.process + String(revision).padStart(12, "0");
  }

  /** Returns the number of a revision of this process, or undefined for any other text. */
  parseRevision(rv: string): number | undefined {
    const { process } = this.#state;
    if (!rv.startsWith(process) || !/^[0-9]{21}$/.test(rv)) return undefined;
    return Number(rv.slice(process.length));
  }

  get resourceCount(): number {
    if (this.#sight.visible === undefined) return this.#state.resources();
    return this.kinds.reduce((sum, _, kind) => sum + this.count(kind), 0);
  }

  get relationCount(): number {
    return this.relationCounts.reduce((sum, count) => sum + count, 0);
  }

  /** The number of relations, by number in `RELATION_TYPES`. A reader that does not see all counts them. */
  get relationCounts(): readonly number[] {
    const ofAll = RELATION_TYPES.map((_, type) => this.#state.relations[type] ?? 0);
    if (this.#sight.visible === undefined) return ofAll;
    const { revision } = this;
    if (this.#counted?.revision === revision) return this.#counted.counts;
    const counts = ofAll.fill(0);
    this.#counted = { revision, counts };
    for (const row of this.select({ inactive: true })) this.forEachTarget(row, (type) => counts[type]!++);
    return counts;
  }

  /** The number of bytes allocated for the whole graph, including unused ones. */
  get bytes(): number {
    return this.#tables.bytes;
  }

  /** The number of used entries of each table, for the whole graph. */
  get usage(): { rows: number; references: number; strings: number } {
    const { rows, references, strings } = this.#tables;
    return { rows: rows.used, references: references.count, strings: strings.count };
  }

  /** Returns the number of resources of a kind. */
  count(kind: number): number {
    const { cohorts } = this.#tables;
    let count = 0;
    for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (this.#sees(scope)) count += cohorts.population(scope);
    }
    return count;
  }

  /** Returns how much of a kind the reader sees. */
  extentOf(kind: number): Extent {
    return this.#sight.visible?.extentOf(kind) ?? "all";
  }

  /** Whether the reader sees everything. */
  get seesAll(): boolean {
    return this.#sight.visible === undefined;
  }

  /** Returns the number of a kind of any version, or undefined if the graph does not have it. */
  findKind(kind: ResourceKind): number | undefined {
    return this.#state.kinds.find(kind);
  }

  /** Reports whether the graph has the kind with a number. Kinds that have gone keep their numbers. */
  readonly hasKind = (kind: number): boolean => this.#state.kinds.has(kind);

  isSynced(kind: number): boolean {
    return this.#state.kinds.isSynced(kind);
  }

  /** Returns the string ids of the namespaces that have resources, of all kinds or of one. */
  namespaces(only?: number): Set<number> {
    const { cohorts } = this.#tables;
    const namespaces = new Set<number>();
    this.kinds.forEach(({ namespaced }, kind) => {
      if (!namespaced || only !== undefined && only !== kind) return;
      for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
        if (cohorts.population(scope) > 0 && this.#sees(scope)) {
          namespaces.add(cohorts.namespaceOfScope(scope));
        }
      }
    });
    return namespaces;
  }

  /** Reports whether there may be resources in a namespace, seen or not. */
  mayHaveNamespace(namespace: string): boolean {
    const { cohorts, strings } = this.#tables;
    const id = strings.find(namespace);
    return id !== NONE && this.kinds.some((_, kind) => cohorts.findScope(kind, id) !== NONE);
  }

  /** Lists, in slices, all releases, or those with own resources in one namespace. */
  releases(slicer: Slicer, namespace?: string): Promise<ListedRelease[]> {
    return listReleases(this.#sight, { slicer, namespace });
  }

  /** Returns the string ids of the charts of all resources, or of those in one namespace. */
  charts(namespace?: string): Set<number> {
    return chartsOf(this.#sight, this.#sight.chartKeys, namespace);
  }

  // Queries

  /** Returns the resources that match a filter. */
  select(filter: Filter): RowSet {
    return select(this.#sight, filter);
  }

  /** Returns the scopes in which a page of the same resources is found, if that costs less. */
  selectScopes(filter: Filter): SelectedScope[] | undefined {
    return selectScopes(this.#sight, filter);
  }

  /** Returns the filter's test of a row, or undefined if relations decide which resources match. */
  testOf(filter: Filter): ((row: number) => boolean) | undefined {
    if (hasPart(filter)) return undefined;
    const test = testOf(this.#sight, filter);
    return (row) => this.isThere(row) && test(row);
  }

  /**
   * Returns the problems of the resources that match a filter. A missing target is not a problem if its kind
   * `isLimited` in its namespace, because it may exist.
   */
  problems(filter: Filter, isLimited: IsLimited): Problem[] {
    const scope = this.#scopeFor(isLimited);
    return findProblems(this.#sight, filter, scope);
  }

  /**
   * Visits the same problems in slices. A problem is valid until `visit` returns.
   *
   * @param asked.onChange is called when a slice begins and the graph has changed since the one before.
   */
  async visitProblems(
    { filter, isLimited, slicer, onChange }: SlicedQuestion & {
      readonly onChange?: ((scope: ProblemScope) => void) | undefined;
    },
    visit: (problem: Problem) => void,
  ): Promise<void> {
    let scope = this.#scopeFor(isLimited);
    let { revision } = this;
    for (const row of rowsToAsk(this.#sight, filter, scope)) {
      if (slicer.isOver) {
        await slicer.pause();
        if (this.revision !== revision) {
          ({ revision } = this);
          scope = this.#scopeFor(isLimited);
          onChange?.(scope);
        }
      }
      if (this.isThere(row)) forEachProblem(this.#sight, row, { ...scope, visit });
    }
  }

  /** Finds, in slices, the causes of the problems of the resources that match a filter, in no order. */
  async causes(asked: SlicedQuestion): Promise<Cause[]> {
    const collector = new CauseCollector(this.#sight, this.#scopeFor(asked.isLimited));
    const onChange = (scope: ProblemScope) => collector.forget(scope);
    await this.visitProblems({ ...asked, onChange }, (problem) => collector.add(problem));
    return collector.causes();
  }

  /**
   * Counts, in slices, the problems of all resources except inactive ones, their causes, and the references
   * without a target.
   */
  async countProblems(isLimited: IsLimited, slicer: Slicer): Promise<ProblemCounts> {
    const problems = noProblems();
    const unresolved = countUnresolved(this.#sight);
    const causes = new CauseCounter(this.#sight, this.#scopeFor(isLimited));
    const onChange = (scope: ProblemScope) => causes.forget(scope);
    await this.visitProblems({ filter: {}, isLimited, slicer, onChange }, (problem) => {
      problems[problem.type]++;
      causes.add(problem);
    });
    return { problems, causes: causes.counts, unresolved };
  }

  /** Returns the string id of the message that answers show. */
  shownMessage(row: number): number {
    return shownMessage(this.#sight, row);
  }

  /** Visits the resources whose shown message may differ after a change of a target. */
  forEachRetoldBy(target: number, visit: (row: number) => void): void {
    forEachRetoldBy(this.#sight, target, visit);
  }

  problemMessage(problem: Problem): string {
    return problemMessage(this.#sight, problem);
  }

  /**
   * Reports whether the passing of time made a problem begin after `from` and until `to`, in seconds since
   * 1970.
   */
  beginsByTime(from: number, to: number): boolean {
    return beginsByTime(this.#sight, { from, to });
  }

  /** The scope that is currently searched for problems. */
  #scopeFor(isLimited: IsLimited): ProblemScope {
    const { kinds } = this;
    const { visible } = this.#sight;
    const verdicts = new Map<number, boolean>();
    const isWhole = (kind: number, namespace: number) => {
      const key = namespace * kinds.length + kind;
      let whole = verdicts.get(key);
      if (whole === undefined) {
        whole = this.isSynced(kind) && (visible === undefined || visible.includes(kind, namespace)) &&
          !isLimited(kinds[kind]!, this.text.text(namespace));
        verdicts.set(key, whole);
      }
      return whole;
    };
    const users = new Map<number, boolean>();
    const knowsUsers = (namespace: number) => {
      let known = users.get(namespace);
      if (known === undefined) {
        known = kinds.every(({ mountsClaims }, kind) => !mountsClaims || isWhole(kind, namespace));
        users.set(namespace, known);
      }
      return known;
    };
    return { isWhole, knowsUsers, now: this.#now() };
  }

  /** The time of the graph. Reading the revision updates it. */
  #now(): number {
    this.#state.revision();
    return this.#state.time();
  }

  #sees(scope: number): boolean {
    return this.#sight.visible === undefined || this.#sight.visible.has(scope);
  }

  /** Returns the sums of a release. `scratch` is an empty set; see `newRowSet`. */
  releaseSums(release: Release, scratch: RowSet): ReleaseSums {
    return releaseSums(this.#sight, release, scratch);
  }

  /** Finds, in slices, the bands of the resources that match a filter. */
  async bands(filter: Filter, slicer: Slicer): Promise<BandKey[]> {
    const { releases, rows } = await bandSources(this.#sight, { filter, slicer });
    const bands = new Map(releases.map((key) => [bandText(key), key]));
    let finder = new BandFinder(this.#sight);
    for (const row of rows) {
      if (slicer.isOver) {
        await slicer.pause();
        finder = new BandFinder(this.#sight);
      }
      const key = this.isThere(row) ? finder.of(row) : undefined;
      if (key !== undefined) bands.set(bandText(key), key);
    }
    return [...bands.values()];
  }

  /**
   * Returns the sums of a band, or undefined if it no longer exists. `scratch` is an empty set; see
   * `newRowSet`.
   */
  bandSums(key: BandKey, scratch: RowSet): BandSums | undefined {
    return bandSums(this.#sight, key, scratch);
  }

  /** Returns the stored revisions of a release, newest first. */
  revisions(release: Release): Revision[] {
    return revisionsOf(this.#sight, release);
  }

  /** Returns an empty set that can hold all existing rows. */
  newRowSet(): RowSet {
    return new RowSet(this.#tables.rows.end);
  }

  /** Returns the impact of the loss of a resource, or of a target that does not exist. */
  impact(row: number): Impact {
    return impactOf(this.#sight, row);
  }

  /**
   * Returns the row of a target, existing or missing. Returns undefined if no reference names the target. A
   * hidden one counts as missing.
   */
  findTarget(
    { kind, namespace, name }: { kind: number; namespace: string; name: string },
  ): number | undefined {
    const { cohorts, rows, strings } = this.#tables;
    const [home, id] = [strings.find(namespace), strings.find(name)];
    const scope = home === NONE ? NONE : cohorts.findScope(kind, home);
    const row = scope === NONE || id === NONE ? NONE : rows.findKey(scope, id);
    return row === NONE ? undefined : row;
  }

  seesScope(scope: number): boolean {
    return this.#sees(scope);
  }

  /** Reports whether a row is a resource that the reader sees. */
  isSeen(row: number): boolean {
    return this.isThere(row) && sees(this.#sight, row);
  }

  /** Returns the chain of relations through which a resource is in the answer about a release. */
  why(row: number, release: NonNullable<Filter["release"]>): Path {
    return pathFromRelease(this.#sight, row, releasesNamed(this.#sight, release));
  }
}
