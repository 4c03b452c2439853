/** Checks of the tables that group resources: label sets, cohorts, scopes and releases. */
import { NONE } from "../../arrays/columns.ts";
import { THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { checkBlocks, checkIndex, checkList, checkSlots } from "./check_storage.ts";
import { type Findings, Holds } from "./findings.ts";

/** Words of a label in the block of its set, as `LabelSets` lays them out. */
const LABEL_WORDS = 4;

export interface GroupOptions {
  /** The number of kinds, including those that have gone. */
  readonly kinds: number;
  readonly hasKind: (kind: number) => boolean;
  /** Holders of scopes other than cohorts. */
  readonly scopes: Holds;
  /** Takes what these tables hold. */
  readonly strings: Holds;
}

/** Checks cohorts against their members, and scopes, releases and label sets against their cohorts. */
export function checkGroups(findings: Findings, tables: Tables, options: GroupOptions): void {
  const { cohorts: table, rows, labels } = tables;
  const { cohorts, index, members, ofLabelSet } = table.inspect();
  const used = checkSlots(findings, cohorts, { name: "cohorts" });
  const sets = new Holds();
  const populations = new Holds();
  const byScope = new Map<number, number[]>();
  const byRelease = new Map<number, number[]>();
  const bySet = new Map<number, number[]>();
  const keys = new Set<string>();
  for (const cohort of used) {
    const [scope, set, release] = [table.scope(cohort), table.labelSet(cohort), table.release(cohort)];
    const inIt = checkList(findings, members, { name: "cohorts' members", owner: cohort });
    findings.compare(`cohort ${cohort}: size`, table.size(cohort), inIt.length);
    if (inIt.length === 0) findings.report(`cohort ${cohort} is empty`);
    for (const row of inIt) {
      findings.compare(`row ${row}: cohort`, rows.cohort.data[row], cohort);
      findings.compare(`row ${row}: presence`, rows.has(row, THERE), set !== NONE);
    }
    const key = `${scope} ${set} ${release}`;
    if (keys.has(key)) findings.report(`cohort ${cohort} exists twice`);
    keys.add(key);
    options.scopes.add(scope);
    push(byScope, scope, cohort);
    if (set !== NONE) {
      sets.add(set);
      populations.add(scope, inIt.length);
      push(bySet, set, cohort);
    }
    if (release !== NONE) push(byRelease, release, cohort);
  }
  checkIndex(findings, index, { name: "cohorts' index", rows: used });
  checkScopes(findings, tables, { ...options, populations, byScope });
  checkReleases(findings, tables, { strings: options.strings, byRelease });
  for (const set of checkLabelSets(findings, tables, { sets, strings: options.strings })) {
    const inIt = checkList(findings, ofLabelSet, { name: "cohorts of label sets", owner: set });
    findings.compareLists(`cohorts of label set ${set}`, inIt, bySet.get(set) ?? []);
  }
  findings.compare("end of the label sets", labels.end, labels.inspect().sets.end);
}

function checkScopes(
  findings: Findings,
  { cohorts: table }: Tables,
  { kinds, hasKind, scopes, strings, populations, byScope }: GroupOptions & {
    populations: Holds;
    byScope: ReadonlyMap<number, number[]>;
  },
): void {
  const { scopes: slots, scopeIndex, population, holders, cohortCount, ofScope, ofKind } = table.inspect();
  const used = checkSlots(findings, slots, { name: "scopes" });
  const byKind = new Map<number, number[]>();
  const keys = new Set<string>();
  for (const scope of used) {
    const cohorts = byScope.get(scope) ?? [];
    const inIt = checkList(findings, ofScope, { name: "cohorts of scopes", owner: scope });
    findings.compareLists(`cohorts of scope ${scope}`, inIt, cohorts);
    findings.compare(`scope ${scope}: holders`, holders[scope], scopes.get(scope));
    if (holders[scope] === 0) findings.report(`scope ${scope} has no holders`);
    findings.compare(`scope ${scope}: population`, population[scope], populations.get(scope));
    findings.compare(`scope ${scope}: cohorts`, cohortCount[scope], cohorts.length);
    const key = `${table.kindOfScope(scope)} ${table.namespaceOfScope(scope)}`;
    if (keys.has(key)) findings.report(`scope ${scope} exists twice`);
    keys.add(key);
    push(byKind, table.kindOfScope(scope), scope);
    strings.add(table.namespaceOfScope(scope));
  }
  for (let kind = 0; kind < kinds; kind++) {
    const inIt = checkList(findings, ofKind, { name: "scopes of kinds", owner: kind });
    findings.compareLists(`scopes of kind ${kind}`, inIt, byKind.get(kind) ?? []);
    if (!hasKind(kind) && inIt.length > 0) findings.report(`kind ${kind} has gone and has scopes`);
  }
  checkIndex(findings, scopeIndex, { name: "scopes' index", rows: used });
}

function checkReleases(
  findings: Findings,
  { cohorts: table }: Tables,
  { strings, byRelease }: { strings: Holds; byRelease: ReadonlyMap<number, number[]> },
): void {
  const { releases, releaseIndex, ofRelease } = table.inspect();
  const used = checkSlots(findings, releases, { name: "releases" });
  for (const release of used) {
    const inIt = checkList(findings, ofRelease, { name: "cohorts of releases", owner: release });
    findings.compareLists(`cohorts of release ${release}`, inIt, byRelease.get(release) ?? []);
    if (inIt.length === 0) findings.report(`release ${release} has no resources`);
    strings.add(table.releaseNamespace(release));
    strings.add(table.releaseName(release));
  }
  checkIndex(findings, releaseIndex, { name: "releases' index", rows: used });
}

/** Returns the sets in use. */
function checkLabelSets(
  findings: Findings,
  { labels: table }: Tables,
  { sets, strings }: { sets: Holds; strings: Holds },
): readonly number[] {
  const insides = table.inspect();
  const used = checkSlots(findings, insides.sets, { name: "label sets" });
  const usedPairs = checkSlots(findings, insides.pairs, { name: "pairs" });
  const { words } = insides.blocks.inspect();
  const setsOfPairs = new Map<number, number[]>();
  for (const set of used) {
    findings.compare(`label set ${set}: holders`, insides.holders[set], sets.get(set));
    if (sets.get(set) === 0) findings.report(`label set ${set} has no holders`);
    if (table.labelCount(set) > table.size(set)) findings.report(`label set ${set} lacks labels`);
    for (let i = 0; i < table.size(set); i++) push(setsOfPairs, table.pair(set, i), set);
  }
  for (const pair of usedPairs) {
    strings.add(insides.pairKey[pair]!);
    strings.add(insides.pairValue[pair]!);
    const inIt: number[] = [];
    let previous = 0;
    for (let at = insides.pairHead[pair]!; at !== 0; at = words[at + 2]!) {
      if (inIt.length > insides.blocks.inspect().end) {
        findings.report(`the sets of pair ${pair} run in a circle`);
        break;
      }
      inIt.push(words[at + 1]!);
      findings.compare(`label at ${at}: pair`, words[at], pair);
      findings.compare(`label at ${at}: the one before`, words[at + 3], previous);
      previous = at;
    }
    findings.compareLists(`sets of pair ${pair}`, inIt, setsOfPairs.get(pair) ?? []);
    findings.compare(`pair ${pair}: sets`, insides.pairCount[pair], inIt.length);
    if (inIt.length === 0) findings.report(`pair ${pair} has no sets`);
  }
  checkIndex(findings, insides.pairIndex, { name: "pairs' index", rows: usedPairs });
  checkIndex(findings, insides.setIndex, { name: "label sets' index", rows: used });
  const live = used.map((set) => insides.block[set]!);
  for (const block of live) {
    findings.compare(`label block ${block}: words`, insides.blocks.length(block) % LABEL_WORDS, 0);
  }
  checkBlocks(findings, insides.blocks, { name: "labels' blocks", live });
  return used;
}

function push(lists: Map<number, number[]>, owner: number, member: number): void {
  const list = lists.get(owner);
  if (list === undefined) lists.set(owner, [member]);
  else list.push(member);
}
