/**
 * Groups resources. A *cohort* contains the resources of one kind, one namespace, one set of labels and one
 * release. A row belongs to one cohort, instead of having four columns and four lists of its own. Cohorts are
 * listed by scope (kind and namespace), by set of labels and by release, and scopes by kind: every query
 * about a part of the graph walks one of these lists. A cohort exists while it has members, a scope while it
 * has holders.
 *
 * Placeholders by key are in cohorts without labels, so that they have a kind and a namespace. These cohorts
 * are only in the list of their scope.
 */
import type { Pairs } from "../../model/pairs.ts";
import type { Release, ResourceRecord } from "../../model/record.ts";
import { f64, NONE, Slots, u16, u32 } from "../../arrays/columns.ts";
import type { LabelSets } from "./label_sets.ts";
import { Lists } from "../../arrays/lists.ts";
import { mix, RowIndex } from "../../arrays/row_index.ts";
import type { Strings } from "../../arrays/string_table.ts";

const NO_MARKS: Pairs = [];

export class Cohorts {
  readonly #strings: Strings;
  readonly #labels: LabelSets;

  readonly #kind = u16();
  readonly #namespace = u32();
  /** The number of present resources. */
  readonly #population = u32();
  /** The number of cohorts, selectors and mentions in the scope. */
  readonly #holders = u32();
  readonly #cohortCount = u32();
  /** The value of `scopesMade` when the scope was made. */
  readonly #madeAs = f64();
  readonly #ofScope = new Lists();
  readonly #ofKind = new Lists();
  readonly #scopes = new Slots([
    this.#kind,
    this.#namespace,
    this.#population,
    this.#holders,
    this.#cohortCount,
    this.#madeAs,
    this.#ofScope.head,
    this.#ofKind.next,
    this.#ofKind.previous,
  ]);
  readonly #scopeIndex = new RowIndex((scope) => mix(this.#kind.data[scope]!, this.#namespace.data[scope]!));

  /** How many scopes were ever made. */
  scopesMade = 0;

  readonly #releaseNamespace = u32();
  readonly #releaseName = u32();
  readonly #ofRelease = new Lists();
  readonly #releases = new Slots([this.#releaseNamespace, this.#releaseName, this.#ofRelease.head]);
  readonly #releaseIndex = new RowIndex((release) =>
    mix(this.#releaseNamespace.data[release]!, this.#releaseName.data[release]!)
  );

  readonly #scope = u32();
  /** NONE in a cohort of placeholders. */
  readonly #labelSet = u32();
  readonly #release = u32();
  readonly #size = u32();
  readonly #ofLabelSet: Lists;
  readonly #members = new Lists();
  /** The first link to a selector that selects the cohort. `Selectors` maintains it. */
  readonly links = u32();
  readonly #cohorts: Slots;
  readonly #index = new RowIndex((cohort) =>
    mix(this.#scope.data[cohort]!, this.#labelSet.data[cohort]!, this.#release.data[cohort]!)
  );

  constructor(strings: Strings, labels: LabelSets) {
    this.#strings = strings;
    this.#labels = labels;
    this.#ofLabelSet = new Lists(labels.cohorts);
    this.#cohorts = new Slots([
      this.#scope,
      this.#labelSet,
      this.#release,
      this.#size,
      this.#ofScope.next,
      this.#ofScope.previous,
      this.#ofLabelSet.next,
      this.#ofLabelSet.previous,
      this.#ofRelease.next,
      this.#ofRelease.previous,
      this.#members.head,
      this.links,
    ]);
  }

  /** The columns that must have the length of the table of rows. */
  get memberColumns() {
    return [this.#members.next, this.#members.previous];
  }

  /** Makes room for the scopes of a kind that has none. */
  openKind(kind: number): void {
    this.#ofKind.head.reserve(kind + 1);
    this.#ofKind.open(kind);
  }

  // Scopes

  /** Returns the scope, with one more holder. `namespace` is a string id, of "" for cluster-scoped kinds. */
  holdScope(kind: number, namespace: number): number {
    let scope = this.findScope(kind, namespace);
    if (scope === NONE) {
      scope = this.#scopes.take();
      this.#kind.data[scope] = kind;
      this.#namespace.data[scope] = this.#strings.retain(namespace);
      this.#population.data[scope] = 0;
      this.#holders.data[scope] = 0;
      this.#cohortCount.data[scope] = 0;
      this.#madeAs.data[scope] = ++this.scopesMade;
      this.#ofScope.open(scope);
      this.#ofKind.add(kind, scope);
      this.#scopeIndex.add(scope);
    }
    this.#holders.data[scope]!++;
    return scope;
  }

  retainScope(scope: number): number {
    this.#holders.data[scope]!++;
    return scope;
  }

  releaseScope(scope: number): void {
    if (--this.#holders.data[scope]! > 0) return;
    this.#scopeIndex.remove(scope);
    this.#ofKind.remove(this.#kind.data[scope]!, scope);
    this.#strings.release(this.#namespace.data[scope]!);
    this.#scopes.give(scope);
  }

  findScope(kind: number, namespace: number): number {
    for (let slot = this.#scopeIndex.slot(mix(kind, namespace));; slot = this.#scopeIndex.after(slot)) {
      const scope = this.#scopeIndex.at(slot);
      if (scope === NONE) return NONE;
      if (this.#kind.data[scope] === kind && this.#namespace.data[scope] === namespace) return scope;
    }
  }

  /** Returns the first scope of a kind. `nextScope` returns those that follow. */
  firstScope(kind: number): number {
    return this.#ofKind.first(kind);
  }

  nextScope(scope: number): number {
    return this.#ofKind.after(scope);
  }

  /** A number that is higher than those of all scopes. */
  get scopesEnd(): number {
    return this.#scopes.end;
  }

  /** Visits the scopes that were made when `scopesMade` was already `after`, or later. */
  forEachScopeMadeAfter(after: number, visit: (scope: number) => void): void {
    for (let scope = 0; scope < this.#scopes.end; scope++) {
      if (this.#madeAs.data[scope]! > after && this.#holders.data[scope]! > 0) visit(scope);
    }
  }

  kindOfScope(scope: number): number {
    return this.#kind.data[scope]!;
  }

  namespaceOfScope(scope: number): number {
    return this.#namespace.data[scope]!;
  }

  /** Returns the number of present resources in the scope. */
  population(scope: number): number {
    return this.#population.data[scope]!;
  }

  cohortCount(scope: number): number {
    return this.#cohortCount.data[scope]!;
  }

  // Releases

  findRelease(namespace: number, name: number): number {
    for (let slot = this.#releaseIndex.slot(mix(namespace, name));; slot = this.#releaseIndex.after(slot)) {
      const release = this.#releaseIndex.at(slot);
      if (release === NONE) return NONE;
      if (this.#releaseNamespace.data[release] === namespace && this.#releaseName.data[release] === name) {
        return release;
      }
    }
  }

  /** Returns the first release from a number on that a resource names, or NONE. */
  releaseFrom(number: number): number {
    let release = number;
    while (release < this.#releases.end && this.#ofRelease.isEmpty(release)) release++;
    return release < this.#releases.end ? release : NONE;
  }

  releaseNamespace(release: number): number {
    return this.#releaseNamespace.data[release]!;
  }

  releaseName(release: number): number {
    return this.#releaseName.data[release]!;
  }

  // Cohorts

  /** Returns the cohort of a resource, which the caller must join. Makes it if it is missing. */
  intern(scope: number, record: ResourceRecord): number {
    const { kind, name, labels, release, detail } = record;
    const marks = kind.marks?.(name, detail.ownerReferences ?? []) ?? NO_MARKS;
    const labelSet = this.#labels.intern(labels, marks);
    return this.#intern(scope, labelSet, release ? this.#internRelease(release) : NONE);
  }

  /**
   * Returns the cohort of the placeholders of a scope, which the caller must join. Makes it if it is missing.
   */
  internAbsent(scope: number): number {
    return this.#intern(scope, NONE, NONE);
  }

  /** Frees a cohort that its last member has left. */
  drop(cohort: number): void {
    this.#index.remove(cohort);
    const scope = this.#scope.data[cohort]!;
    const labelSet = this.#labelSet.data[cohort]!;
    const release = this.#release.data[cohort]!;
    this.#ofScope.remove(scope, cohort);
    this.#cohortCount.data[scope]!--;
    this.releaseScope(scope);
    if (labelSet !== NONE) {
      this.#ofLabelSet.remove(labelSet, cohort);
      this.#labels.release(labelSet);
    }
    if (release !== NONE) {
      this.#ofRelease.remove(release, cohort);
      if (this.#ofRelease.isEmpty(release)) this.#dropRelease(release);
    }
    this.#cohorts.give(cohort);
  }

  join(cohort: number, row: number): void {
    this.#members.add(cohort, row);
    this.#size.data[cohort]!++;
    if (this.#labelSet.data[cohort] !== NONE) this.#population.data[this.#scope.data[cohort]!]!++;
  }

  leave(cohort: number, row: number): void {
    this.#members.remove(cohort, row);
    this.#size.data[cohort]!--;
    if (this.#labelSet.data[cohort] !== NONE) this.#population.data[this.#scope.data[cohort]!]!--;
  }

  size(cohort: number): number {
    return this.#size.data[cohort]!;
  }

  /** Reports whether a member passes a test. Stops at the first that does. */
  someMember(cohort: number, test: (row: number) => boolean): boolean {
    for (let row = this.#members.first(cohort); row !== NONE; row = this.#members.after(row)) {
      if (test(row)) return true;
    }
    return false;
  }

  forEachMember(cohort: number, visit: (row: number) => void): void {
    for (let row = this.#members.first(cohort); row !== NONE; row = this.#members.after(row)) visit(row);
  }

  scope(cohort: number): number {
    return this.#scope.data[cohort]!;
  }

  kind(cohort: number): number {
    return this.#kind.data[this.#scope.data[cohort]!]!;
  }

  namespace(cohort: number): number {
    return this.#namespace.data[this.#scope.data[cohort]!]!;
  }

  /** Returns the release that the members name, or NONE. */
  release(cohort: number): number {
    return this.#release.data[cohort]!;
  }

  /** Returns the set of labels. NONE in a cohort of placeholders. */
  labelSet(cohort: number): number {
    return this.#labelSet.data[cohort]!;
  }

  forEachOfScope(scope: number, visit: (cohort: number) => void): void {
    for (let cohort = this.#ofScope.first(scope); cohort !== NONE; cohort = this.#ofScope.after(cohort)) {
      if (this.#labelSet.data[cohort] !== NONE) visit(cohort);
    }
  }

  forEachOfRelease(release: number, visit: (cohort: number) => void): void {
    const list = this.#ofRelease;
    for (let cohort = list.first(release); cohort !== NONE; cohort = list.after(cohort)) visit(cohort);
  }

  forEachOfLabelSet(labelSet: number, visit: (cohort: number) => void): void {
    const list = this.#ofLabelSet;
    for (let cohort = list.first(labelSet); cohort !== NONE; cohort = list.after(cohort)) visit(cohort);
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return {
      scopes: this.#scopes,
      scopeIndex: this.#scopeIndex,
      population: this.#population.data,
      holders: this.#holders.data,
      cohortCount: this.#cohortCount.data,
      ofScope: this.#ofScope,
      ofKind: this.#ofKind,
      releases: this.#releases,
      releaseIndex: this.#releaseIndex,
      ofRelease: this.#ofRelease,
      cohorts: this.#cohorts,
      index: this.#index,
      ofLabelSet: this.#ofLabelSet,
      members: this.#members,
    };
  }

  get bytes(): number {
    return this.#scopes.bytes + this.#scopeIndex.bytes + this.#releases.bytes + this.#releaseIndex.bytes +
      this.#cohorts.bytes + this.#index.bytes;
  }

  #find(scope: number, labelSet: number, release: number): number {
    const hash = mix(scope, labelSet, release);
    for (let slot = this.#index.slot(hash);; slot = this.#index.after(slot)) {
      const cohort = this.#index.at(slot);
      if (cohort === NONE) return NONE;
      if (
        this.#scope.data[cohort] === scope && this.#labelSet.data[cohort] === labelSet &&
        this.#release.data[cohort] === release
      ) return cohort;
    }
  }

  #intern(scope: number, labelSet: number, release: number): number {
    const known = this.#find(scope, labelSet, release);
    if (known !== NONE) {
      if (labelSet !== NONE) this.#labels.release(labelSet);
      return known;
    }
    const cohort = this.#cohorts.take();
    this.#scope.data[cohort] = scope;
    this.#labelSet.data[cohort] = labelSet;
    this.#release.data[cohort] = release;
    this.#size.data[cohort] = 0;
    this.links.data[cohort] = NONE;
    this.#members.open(cohort);
    this.#holders.data[scope]!++;
    this.#cohortCount.data[scope]!++;
    this.#ofScope.add(scope, cohort);
    if (labelSet !== NONE) this.#ofLabelSet.add(labelSet, cohort);
    if (release !== NONE) this.#ofRelease.add(release, cohort);
    this.#index.add(cohort);
    return cohort;
  }

  /**
   * Returns the release, and creates it if it is missing. Cohorts hold releases, so the caller must then add the
   * first cohort of a new one.
   */
  #internRelease({ namespace, name }: Release): number {
    const namespaceId = this.#strings.intern(namespace);
    const nameId = this.#strings.intern(name);
    const known = this.findRelease(namespaceId, nameId);
    if (known !== NONE) {
      this.#strings.release(namespaceId);
      this.#strings.release(nameId);
      return known;
    }
    const release = this.#releases.take();
    this.#releaseNamespace.data[release] = namespaceId;
    this.#releaseName.data[release] = nameId;
    this.#ofRelease.open(release);
    this.#releaseIndex.add(release);
    return release;
  }

  #dropRelease(release: number): void {
    this.#releaseIndex.remove(release);
    this.#strings.release(this.#releaseNamespace.data[release]!);
    this.#strings.release(this.#releaseName.data[release]!);
    this.#releases.give(release);
  }
}
