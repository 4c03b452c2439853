/** Checks of rows against the table of states in `placement.ts`, and of what a row holds. */
import { NONE } from "../../arrays/columns.ts";
import { IN_KEY_INDEX, IN_UID_INDEX, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";
import { checkBlocks, checkIndex, checkSlots } from "./check_storage.ts";
import type { Findings, Holds } from "./findings.ts";

const ALL_ONES = 0xffffffff;

/** Returns the rows in use. `strings` collects the holds of rows and details. */
export function checkRows(findings: Findings, tables: Tables, { strings }: { strings: Holds }): number[] {
  const { rows, cohorts, references, details } = tables;
  const { slots, byUid, byKey } = rows.inspect();
  const used = checkSlots(findings, slots, { name: "rows" });
  const live: number[] = [];
  for (const row of used) {
    const cohort = rows.cohort.data[row]!;
    const isPresent = rows.has(row, THERE);
    const [hasKey, hasUid] = [rows.has(row, IN_KEY_INDEX), rows.has(row, IN_UID_INDEX)];
    if (isPresent) findings.compare(`row ${row}: found by key and by uid`, hasKey && hasUid, true);
    else checkPlaceholder(findings, tables, row);

    if (hasKey) {
      const found = rows.findKey(cohorts.scope(cohort), rows.name.data[row]!);
      findings.compare(`row ${row}: the row with its key`, found, row);
    } else findings.compare(`row ${row}: cohort`, cohort, NONE);
    if (hasUid) {
      findings.compare(`row ${row}: the row with its uid`, rows.findUid(rows.uid.data, row * 4), row);
      holdUid(rows.uid.data, row * 4, strings);
    }
    if (references.firstIncoming(row, false) !== NONE && !hasKey) {
      findings.report(`row ${row} is referred to by a key that it does not have`);
    }
    if (references.firstIncoming(row, true) !== NONE && !hasUid) {
      findings.report(`row ${row} is referred to by a uid that it does not have`);
    }
    strings.add(rows.name.data[row]!);
    strings.add(rows.message.data[row]!);
    const version = rows.resourceVersion.data[row]!;
    if (version < 0) strings.add(-version);
    live.push(rows.details.data[row]!);
  }
  const isUsed = new Set(used);
  for (let row = 0; row < rows.end; row++) {
    if (!isUsed.has(row)) findings.compare(`free row ${row}: flags`, rows.flags.data[row], 0);
  }
  checkIndex(findings, byKey, {
    name: "rows' index by key",
    rows: used.filter((row) => rows.has(row, IN_KEY_INDEX)),
  });
  checkIndex(findings, byUid, {
    name: "rows' index by uid",
    rows: used.filter((row) => rows.has(row, IN_UID_INDEX)),
  });
  for (const block of live) holdDetails(tables, block, strings);
  checkBlocks(findings, details.inspect().blocks, { name: "details' blocks", live });
  return used;
}

function checkPlaceholder(findings: Findings, { rows, references }: Tables, row: number): void {
  const flags = rows.flags.data[row]!;
  if (flags !== IN_KEY_INDEX && flags !== IN_UID_INDEX) {
    findings.report(`row ${row} is a placeholder with the flags ${flags}`);
  }
  if (!references.isReferred(row)) findings.report(`row ${row} is a placeholder that nothing refers to`);
  const kept = [rows.status, rows.message, rows.details, rows.createdAt, rows.resourceVersion];
  if (kept.some(({ data }) => data[row] !== 0) || rows.outgoing.data[row] !== NONE) {
    findings.report(`row ${row} is a placeholder that keeps something of a resource`);
  }
  if (flags === IN_UID_INDEX) findings.compare(`row ${row}: name`, rows.name.data[row], 0);
}

function holdUid(words: Uint32Array, at: number, strings: Holds): void {
  const isText = words[at] === ALL_ONES && words[at + 1] === ALL_ONES && words[at + 2] === ALL_ONES;
  if (isText) strings.add(words[at + 3]!);
}

function holdDetails({ details }: Tables, block: number, strings: Holds): void {
  const { blocks, layouts } = details.inspect();
  const { words } = blocks;
  const end = block + blocks.length(block);
  for (let at = block; at < end;) {
    for (const { form } of layouts[words[at++]!]!.parts) {
      if (form === "text") strings.add(words[at]!);
      if (form === "uid") holdUid(words, at, strings);
      at += form === "uid" ? 4 : 1;
    }
  }
}
