/** Checks of references, mentions and relations: each relation must follow from presence and declarations. */
import { RELATION_MEANINGS, RELATION_TYPES } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import {
  ACTIVE,
  AS_TARGET,
  BY_UID,
  DUPLICATE,
  FREED,
  MENTIONED,
  REVERSED,
  SELECTOR,
  UNTRACKED,
} from "../tables/references.ts";
import { IN_KEY_INDEX, IN_UID_INDEX, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { checkIndex, checkList, checkSlots } from "./check_storage.ts";
import type { Findings, Holds } from "./findings.ts";

export interface RelationOptions {
  /** Rows in use. */
  readonly rows: readonly number[];
  /** Collect the holds of references and mentions. */
  readonly scopes: Holds;
  readonly strings: Holds;
}

/** Returns the number of relations that references make, by type. */
export function checkReferences(findings: Findings, tables: Tables, options: RelationOptions): number[] {
  const { references, rows } = tables;
  const { slots, incoming } = references.inspect();
  const used = checkSlots(findings, slots, { name: "references" });
  const declared: number[] = [];
  const byTarget: number[] = [];
  for (const row of options.rows) {
    let steps = 0;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      if (steps++ > references.end) {
        findings.report(`the references of row ${row} run in a circle`);
        break;
      }
      declared.push(at);
      findings.compare(`reference ${at}: source`, references.source.data[at], row);
    }
    for (const byUid of [false, true]) {
      const inIt = checkList(findings, incoming, {
        name: "incoming references",
        owner: row * 2 + Number(byUid),
      });
      for (const at of inIt) {
        byTarget.push(at);
        findings.compare(`reference ${at}: target`, references.target.data[at], row);
        findings.compare(`reference ${at}: by uid`, references.has(at, BY_UID), byUid);
      }
    }
  }
  findings.compareLists("the references of all rows", declared, used);
  findings.compareLists(
    "the incoming references of all rows",
    byTarget,
    used.filter((at) => !references.has(at, SELECTOR)),
  );
  const isUsed = new Set(used);
  for (let at = 0; at < references.end; at++) {
    if (!isUsed.has(at)) findings.compare(`free reference ${at}: flags`, references.flags.data[at], FREED);
    else if (!rows.has(references.source.data[at]!, THERE)) {
      findings.report(`reference ${at} has a source that is absent`);
    }
  }
  checkMentions(findings, tables, { ...options, references: used });
  return countRelations(findings, tables, used);
}

function countRelations(findings: Findings, tables: Tables, used: readonly number[]): number[] {
  const { references, rows } = tables;
  const counts = RELATION_TYPES.map(() => 0);
  const relations = new Map<string, { all: number; counted: number; type: number }>();
  for (const at of used) {
    if (references.has(at, SELECTOR)) {
      if (references.has(at, ACTIVE | DUPLICATE)) findings.report(`reference ${at} to a selector is active`);
      continue;
    }
    const [source, target] = [references.source.data[at]!, references.target.data[at]!];
    const type = references.type.data[at]!;
    const [from, to] = references.has(at, REVERSED) ? [target, source] : [source, target];
    const isIndexed = rows.has(target, references.has(at, BY_UID) ? IN_UID_INDEX : IN_KEY_INDEX);
    if (!isIndexed) findings.report(`reference ${at} has a target that is not found by what it names`);
    const isRelation = rows.has(target, THERE) && isAllowed(tables, { type, from, to });
    findings.compare(`reference ${at}: active`, references.has(at, ACTIVE), isRelation);
    if (!isRelation) {
      if (references.has(at, DUPLICATE)) findings.report(`reference ${at} is an inactive duplicate`);
      continue;
    }
    const key = `${from} ${type} ${to}`;
    const relation = relations.get(key) ?? { all: 0, counted: 0, type };
    relation.all++;
    if (references.isRelation(at)) relation.counted++;
    relations.set(key, relation);
  }
  for (const [key, { counted, type }] of relations) {
    findings.compare(`relation ${key}: references that count`, counted, 1);
    counts[type]!++;
  }
  return counts;
}

function isAllowed(
  { rows, cohorts, strings }: Tables,
  { type, from, to }: { type: number; from: number; to: number },
): boolean {
  if (RELATION_MEANINGS[type]!.withinNamespace !== true) return true;
  const [outer, inner] = [from, to].map((row) =>
    strings.text(cohorts.namespaceOfScope(cohorts.scope(rows.cohort.data[row]!)))
  );
  return outer === "" || outer === inner;
}

function checkMentions(
  findings: Findings,
  tables: Tables,
  { references: used, scopes, strings }: RelationOptions & { references: readonly number[] },
): void {
  const { references, mentions, rows, cohorts } = tables;
  const { slots, index, reference, scope, name } = mentions.inspect();
  const usedMentions = checkSlots(findings, slots, { name: "mentions" });
  const mentioning = used.filter((at) =>
    references.has(at, BY_UID) && references.note.data[at] === MENTIONED
  );
  findings.compareLists("references with mentions", usedMentions.map((it) => reference[it]!), mentioning);
  for (const mention of usedMentions) {
    scopes.add(scope[mention]!);
    strings.add(name[mention]!);
    const target = references.target.data[reference[mention]!]!;
    const isItsKey = rows.has(target, THERE) && name[mention] === rows.name.data[target] &&
      scope[mention] === cohorts.scope(rows.cohort.data[target]!);
    if (isItsKey) findings.report(`reference ${reference[mention]} has a mention that it does not need`);
  }
  for (const at of used) {
    if (!references.has(at, BY_UID)) continue;
    const note = references.note.data[at]!;
    if (![UNTRACKED, AS_TARGET, MENTIONED].includes(note)) findings.report(`reference ${at}: note ${note}`);
    if (note === AS_TARGET && !rows.has(references.target.data[at]!, THERE)) {
      findings.report(`reference ${at} is said to call an absent target by its key`);
    }
  }
  checkIndex(findings, index, { name: "mentions' index", rows: usedMentions });
}
