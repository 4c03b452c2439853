/** The findings of validation. The mutations of `deno task mutate` test it further. */
import { assert, assertEquals } from "@std/assert";
import { Blocks } from "../../src/arrays/blocks.ts";
import { NONE, Slots } from "../../src/arrays/columns.ts";
import { Lists } from "../../src/arrays/lists.ts";
import { RowIndex } from "../../src/arrays/row_index.ts";
import { Strings } from "../../src/arrays/string_table.ts";
import { ACTIVE } from "../../src/graph/tables/references.ts";
import { RESTORED, THERE } from "../../src/graph/tables/rows.ts";
import { REASONS } from "../../src/graph/tables/suspect_sets.ts";
import { Tables } from "../../src/graph/tables/tables.ts";
import { validate } from "../../src/graph/validate.ts";
import {
  checkBlocks,
  checkIndex,
  checkList,
  checkSlots,
  checkStrings,
} from "../../src/graph/validation/check_storage.ts";
import { Findings, Holds } from "../../src/graph/validation/findings.ts";
import { testKinds } from "../support/records.ts";

const name = "it";

function finds(check: (findings: Findings) => void): string[] {
  const findings = new Findings();
  check(findings);
  return findings.differences;
}

Deno.test("checkSlots() reports a row that was given back twice", () => {
  const slots = new Slots([]);
  const rows = [slots.take(), slots.take()];
  slots.give(rows[1]!);
  assertEquals(finds((it) => assertEquals(checkSlots(it, slots, { name }), [rows[0]!])), []);
  slots.give(rows[1]!);
  assertEquals(finds((it) => checkSlots(it, slots, { name })), ["it: row 1 is free twice"]);
});

Deno.test("checkIndex() reports rows that are missing, left over or not found by their hash", () => {
  const hashes = [0, 1, 2];
  const index = new RowIndex((row) => hashes[row]!);
  for (const row of [0, 1, 2]) index.add(row);
  assertEquals(finds((it) => checkIndex(it, index, { name, rows: [0, 1, 2] })), []);
  assertEquals(finds((it) => checkIndex(it, index, { name, rows: [0, 1] })).length, 2);
  assertEquals(finds((it) => checkIndex(it, index, { name, rows: [0, 1, 2, 3] })).length, 2);
  hashes[1] = 9;
  assertEquals(finds((it) => checkIndex(it, index, { name, rows: [0, 1, 2] })), [
    "it: row 1 is not found by its hash",
  ]);
});

Deno.test("checkList() reports a circle and a wrong neighbour", () => {
  const lists = new Lists();
  for (const column of [lists.head, lists.next, lists.previous]) column.reserve(4);
  lists.open(0);
  for (const member of [0, 1, 2]) lists.add(0, member);
  assertEquals(finds((it) => assertEquals(checkList(it, lists, { name, owner: 0 }), [2, 1, 0])), []);
  lists.previous.data[1] = 0;
  assertEquals(finds((it) => checkList(it, lists, { name, owner: 0 })).length, 1);
  lists.next.data[0] = 2;
  assert(finds((it) => checkList(it, lists, { name, owner: 0 })).some((text) => text.includes("circle")));
});

Deno.test("checkBlocks() reports a block that nobody has, and one that two have", () => {
  const blocks = new Blocks();
  const [one, two] = [3, 3].map((length) => blocks.put(Uint32Array.of(7, 8, 9), length)) as [number, number];
  assertEquals(finds((it) => checkBlocks(it, blocks, { name, live: [one, two, 0] })), []);
  assert(finds((it) => checkBlocks(it, blocks, { name, live: [one] })).length > 0);
  assert(finds((it) => checkBlocks(it, blocks, { name, live: [one, two, two] })).length > 0);
  blocks.give(two);
  assertEquals(finds((it) => checkBlocks(it, blocks, { name, live: [one] })), []);
  assert(finds((it) => checkBlocks(it, blocks, { name, live: [one, two] })).length > 0);
});

Deno.test("checkStrings() reports a string that is held too often or not often enough", () => {
  const strings = new Strings();
  const id = strings.intern("web");
  strings.release(strings.intern("db"));
  const holds = (count: number) => {
    const held = new Holds();
    held.add(id, count);
    return held;
  };
  assertEquals(finds((it) => checkStrings(it, strings, holds(1))), []);
  assertEquals(finds((it) => checkStrings(it, strings, holds(2))), [
    'string "web": holders is 1 instead of 2',
  ]);
  strings.retain(id);
  assertEquals(finds((it) => checkStrings(it, strings, holds(1))), [
    'string "web": holders is 2 instead of 1',
  ]);
});

/** Returns tables with one present resource that refers to a placeholder. */
function smallTables(): { tables: Tables; row: number; placeholder: number; reference: number } {
  const tables = new Tables({ selected: () => {}, deselected: () => {} });
  tables.cohorts.openKind(0);
  const { rows, cohorts, references, strings } = tables;
  const scope = cohorts.holdScope(0, 0);
  const [row, placeholder] = [rows.take(), rows.take()];
  const kind = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
  const cohort = cohorts.intern(scope, { kind, name: "web", labels: [], detail: {} } as never);
  for (const [at, joined, text] of [[row, cohort, "web"], [placeholder, NaN, "gone"]] as const) {
    const to = Number.isNaN(joined) ? cohorts.internAbsent(scope) : joined;
    rows.name.data[at] = strings.intern(text);
    cohorts.join(to, at);
    rows.cohort.data[at] = to;
    rows.enterKey(at);
  }
  rows.setUid(row, Uint32Array.of(1, 2, 3, 4));
  rows.set(row, THERE, true);
  const reference = references.add({ source: row, previous: NONE }, {
    type: 7,
    flags: 0,
    target: placeholder,
    note: 0,
  });
  cohorts.releaseScope(scope);
  tables.suspects.unmet.set(row, true);
  return { tables, row, placeholder, reference };
}

const small = {
  kinds: testKinds.slice(0, 1),
  hasKind: () => true,
  relations: [],
  resources: 1,
  constants: [],
};

const corruptions: [what: string, corrupt: (it: ReturnType<typeof smallTables>) => void][] = [
  ["a string without its holder", ({ tables, row }) => tables.strings.release(tables.rows.name.data[row]!)],
  ["a scope with a holder too many", ({ tables }) => tables.cohorts.retainScope(0)],
  ["a label set with a holder too many", ({ tables }) => tables.labels.intern([], [])],
  [
    "a cohort that lost its member",
    ({ tables, row }) => tables.cohorts.leave(tables.rows.cohort.data[row]!, row),
  ],
  ["a row that is not found by its key", ({ tables, row }) => tables.rows.leaveKey(row)],
  ["a row that is not found by its uid", ({ tables, row }) => tables.rows.clearUid(row)],
  ["a placeholder with a flag", ({ tables, placeholder }) => tables.rows.set(placeholder, RESTORED, true)],
  ["a placeholder that nothing refers to", ({ tables, row }) => tables.references.remove(row, NONE)],
  [
    "an active reference to a placeholder",
    ({ tables, reference }) => tables.references.flags.data[reference]! |= ACTIVE,
  ],
  ["a mention that nobody makes", ({ tables }) => tables.mentions.add(0, { scope: 0, name: 0 })],
  ["a row that is in use and empty", ({ tables }) => tables.rows.take()],
  ...REASONS.map((reason): typeof corruptions[number] => [
    `a row that is wrongly ${reason === "unmet" ? "not " : ""}${reason}`,
    ({ tables, row }) => tables.suspects[reason].set(row, reason !== "unmet"),
  ]),
];

Deno.test("validate() finds no difference in sound tables", () => {
  assertEquals(validate(smallTables().tables, small), []);
});

for (const [what, corrupt] of corruptions) {
  Deno.test(`validate() reports ${what}`, () => {
    const it = smallTables();
    corrupt(it);
    assert(validate(it.tables, small).length > 0);
  });
}

Deno.test("validate() reports resources of a kind that has gone", () => {
  assert(validate(smallTables().tables, { ...small, hasKind: () => false }).length > 0);
});

Deno.test("validate() reports wrong numbers of resources and relations", () => {
  const { tables } = smallTables();
  assertEquals(validate(tables, { ...small, resources: 2 }).length, 1);
  assertEquals(validate(tables, { ...small, relations: [1] }).length, 1);
});
