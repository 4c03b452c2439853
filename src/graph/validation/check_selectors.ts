import { matches } from "../../model/label_selector.ts";
import type { Pairs } from "../../model/pairs.ts";
import { RELATION_TYPES } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import { SELECTOR } from "../tables/references.ts";
import type { Tables } from "../tables/tables.ts";
import { checkBlocks, checkIndex, checkList, checkSlots } from "./check_storage.ts";
import type { Findings, Holds } from "./findings.ts";

/**
 * Checks that every selector selects the cohorts that its requirements match. `scopes` and `strings` take what
 * selectors hold. Returns the number of relations that selectors make, by type.
 */
export function checkSelectors(
  findings: Findings,
  tables: Tables,
  { scopes, strings }: { scopes: Holds; strings: Holds },
): number[] {
  const { selectors: table, cohorts, references } = tables;
  const insides = table.inspect();
  const used = checkSlots(findings, insides.selectors, { name: "selectors" });
  const links = checkSlots(findings, insides.links, { name: "links" });
  const counts = RELATION_TYPES.map(() => 0);
  const linked: number[] = [];
  const inBuckets = new Map<number, number[]>();
  for (const selector of used) {
    scopes.add(table.scope(selector));
    for (const { key, values } of table.requirements(selector)) {
      for (const text of [key, ...values]) strings.add(tables.strings.find(text));
    }
    const ofIt = checkList(findings, insides.linksOf, { name: "links of selectors", owner: selector });
    for (const link of ofIt) {
      linked.push(link);
      findings.compare(`link ${link}: selector`, insides.linkSelector[link], selector);
    }
    const selected = ofIt.map((link) => insides.linkCohort[link]!);
    findings.compareLists(`cohorts of selector ${selector}`, selected, matching(tables, selector));
    for (const cohort of selected) counts[table.type.data[selector]!]! += cohorts.size(cohort);
    const bucket = insides.bucket[selector]!;
    inBuckets.set(bucket, [...inBuckets.get(bucket) ?? [], selector]);
  }
  findings.compareLists("the links of all selectors", linked, links);
  checkLinksOfCohorts(findings, tables, links);
  checkBuckets(findings, tables, inBuckets);
  checkBlocks(findings, insides.blocks, {
    name: "selectors' blocks",
    live: used.map((selector) => insides.block[selector]!),
  });

  const referred: number[] = [];
  for (const at of checkSlots(findings, references.inspect().slots, { name: "references" })) {
    if (!references.has(at, SELECTOR)) continue;
    const selector = references.target.data[at]!;
    referred.push(selector);
    findings.compare(`selector ${selector}: source`, table.source.data[selector], references.source.data[at]);
    findings.compare(`selector ${selector}: type`, table.type.data[selector], references.type.data[at]);
  }
  findings.compareLists("the selectors of all references", referred, used);
  return counts;
}

/** The cohorts that a selector should select, by the definition of a label selector. */
function matching({ selectors, cohorts, labels, strings }: Tables, selector: number): number[] {
  const requirements = selectors.requirements(selector);
  const found: number[] = [];
  cohorts.forEachOfScope(selectors.scope(selector), (cohort) => {
    const set = cohorts.labelSet(cohort);
    const pairs: Pairs = Array.from({ length: labels.size(set) }, (_, i) => [
      strings.text(labels.key(set, i)),
      strings.text(labels.value(set, i)),
    ]);
    if (matches(requirements, pairs)) found.push(cohort);
  });
  return found;
}

function checkLinksOfCohorts(findings: Findings, tables: Tables, links: readonly number[]): void {
  const insides = tables.selectors.inspect();
  const linked: number[] = [];
  const cohorts = checkSlots(findings, tables.cohorts.inspect().cohorts, { name: "cohorts" });
  for (const cohort of cohorts) {
    for (const link of checkList(findings, insides.linksTo, { name: "links to cohorts", owner: cohort })) {
      linked.push(link);
      findings.compare(`link ${link}: cohort`, insides.linkCohort[link], cohort);
    }
  }
  findings.compareLists("the links of all cohorts", linked, links);
}

/** Checks that each selector waits in one bucket: under a pair that it asks for, or under none. */
function checkBuckets(
  findings: Findings,
  { selectors, strings }: Tables,
  inBuckets: ReadonlyMap<number, number[]>,
): void {
  const insides = selectors.inspect();
  const used = checkSlots(findings, insides.buckets, { name: "buckets" });
  for (const bucket of used) {
    const inIt = checkList(findings, insides.inBucket, { name: "buckets", owner: bucket });
    findings.compareLists(`bucket ${bucket}`, inIt, inBuckets.get(bucket) ?? []);
    findings.compare(`bucket ${bucket}: size`, insides.bucketSize[bucket], inIt.length);
    if (inIt.length === 0) findings.report(`bucket ${bucket} is empty`);
    const [key, value] = [insides.bucketKey[bucket]!, insides.bucketValue[bucket]!];
    for (const selector of inIt) {
      findings.compare(`bucket ${bucket}: scope`, insides.bucketScope[bucket], selectors.scope(selector));
      const pairs = selectors.requirements(selector)
        .filter(({ operator, values }) => operator === "In" && values.length === 1)
        .map((it) => `${strings.find(it.key)} ${strings.find(it.values[0]!)}`);
      const isRight = key === NONE ? pairs.length === 0 : pairs.includes(`${key} ${value}`);
      if (!isRight) findings.report(`selector ${selector} waits in the wrong bucket`);
    }
  }
  checkIndex(findings, insides.bucketIndex, { name: "buckets' index", rows: used });
}
