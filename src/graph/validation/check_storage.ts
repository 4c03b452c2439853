/** Checks of the arrays that tables are made of. Each recomputes what an array says about itself. */
import type { Blocks } from "../../arrays/blocks.ts";
import { NONE, type Slots } from "../../arrays/columns.ts";
import type { Lists } from "../../arrays/lists.ts";
import type { RowIndex } from "../../arrays/row_index.ts";
import { roomFor } from "../../arrays/size_class.ts";
import type { Strings } from "../../arrays/string_table.ts";
import type { Findings, Holds } from "./findings.ts";

/** Checks the free list of a table. Returns the numbers of the rows in use. */
export function checkSlots(findings: Findings, slots: Slots, { name }: { name: string }): number[] {
  const { end, free } = slots.inspect();
  const isFree = new Uint8Array(end);
  for (const row of free) {
    if (row >= end) findings.report(`${name}: free row ${row} is beyond the end`);
    else if (isFree[row] === 1) findings.report(`${name}: row ${row} is free twice`);
    isFree[row] = 1;
  }
  const used: number[] = [];
  for (let row = 0; row < end; row++) if (isFree[row] === 0) used.push(row);
  return used;
}

/** Checks that an index has just these rows, and that each is found by its hash. */
export function checkIndex(
  findings: Findings,
  index: RowIndex,
  { name, rows }: { name: string; rows: readonly number[] },
): void {
  const { slots, used, hashOf } = index.inspect();
  const found: number[] = [];
  const mask = slots.length - 1;
  slots.forEach((row, slot) => {
    if (row === NONE) return;
    found.push(row);
    for (let at = hashOf(row) & mask; at !== slot; at = (at + 1) & mask) {
      if (slots[at] !== NONE) continue;
      findings.report(`${name}: row ${row} is not found by its hash`);
      break;
    }
  });
  findings.compareLists(name, found, rows);
  findings.compare(`${name}: number of rows`, used, rows.length);
}

/** Checks the links of one list. Returns its members. */
export function checkList(
  findings: Findings,
  lists: Lists,
  { name, owner }: { name: string; owner: number },
): number[] {
  const members: number[] = [];
  const seen = new Set<number>();
  let previous = NONE;
  for (let member = lists.first(owner); member !== NONE; member = lists.after(member)) {
    if (seen.has(member)) {
      findings.report(`${name}: the list of ${owner} runs in a circle`);
      break;
    }
    seen.add(member);
    members.push(member);
    findings.compare(`${name}: the one before ${member}`, lists.previous.data[member], previous);
    previous = member;
  }
  return members;
}

/** Checks that each word belongs to one block, which is either one of these or free in its size class. */
export function checkBlocks(
  findings: Findings,
  blocks: Blocks,
  { name, live }: { name: string; live: readonly number[] },
): void {
  const { words, free, end } = blocks.inspect();
  const parts = live.filter((block) => block !== 0)
    .map((block) => ({ block, room: roomFor(words[block - 1]!) }));
  free.forEach((first, room) => {
    let steps = 0;
    for (let block = first; block !== 0; block = words[block]!) {
      parts.push({ block, room });
      if (steps++ > end) {
        findings.report(`${name}: the free blocks of ${room} words run in a circle`);
        return;
      }
    }
  });
  checkPartition(findings, parts.map(({ block, room }) => ({ start: block - 1, size: room + 1 })), {
    name,
    start: 1,
    end,
  });
}

/** Checks that each string has as many holders as were counted, and that free ones wait in their class. */
export function checkStrings(findings: Findings, strings: Strings, holds: Holds): void {
  const { slots, index, start, length, holders, free, end } = strings.inspect();
  const ids = checkSlots(findings, slots, { name: "strings" });
  const sizeOf = (id: number) => roomFor((length[id]! + 7) >>> 3);
  const freeIds = new Set<number>();
  free.forEach((first, size) => {
    for (let id = first; id !== 0; id = holders[id]!) {
      if (freeIds.has(id)) {
        findings.report(`strings: ${id} is free twice`);
        return;
      }
      freeIds.add(id);
      findings.compare(`strings: size class of the free ${id}`, sizeOf(id), size);
    }
  });
  const live = ids.filter((id) => !freeIds.has(id));
  for (const id of live) {
    if (id !== 0) {
      findings.compare(`string ${JSON.stringify(strings.text(id))}: holders`, holders[id], holds.get(id));
    }
    findings.compare(`string ${id}: the id that is found`, strings.find(strings.text(id)), id);
  }
  for (const id of freeIds) findings.compare(`free string ${id}: holders`, holds.get(id), 0);
  checkIndex(findings, index, { name: "strings' index", rows: live });
  findings.compare("number of strings", strings.count, live.length);
  checkPartition(findings, ids.map((id) => ({ start: start[id]!, size: sizeOf(id) })), {
    name: "strings' arena",
    start: 0,
    end,
  });
}

/** Checks that parts lie one behind the other, without gaps. */
function checkPartition(
  findings: Findings,
  parts: { start: number; size: number }[],
  { name, start, end }: { name: string; start: number; end: number },
): void {
  let at = start;
  for (const part of parts.sort((a, b) => a.start - b.start || a.size - b.size)) {
    if (part.start !== at) {
      findings.report(`${name}: ${part.start > at ? `nobody has ${at}` : `${part.start} has two owners`}`);
    }
    at = part.start + part.size;
  }
  findings.compare(`${name}: end`, at, end);
}
