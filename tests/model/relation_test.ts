import { assert, assertEquals } from "@std/assert";
import { RELATION_MEANINGS, RELATION_TYPES, relationNumber } from "../../src/model/relation.ts";

Deno.test("RELATION_TYPES have a meaning each, and numbers that fit in a byte", () => {
  assertEquals(RELATION_TYPES.map(relationNumber), RELATION_MEANINGS.map((_, number) => number));
  assert(RELATION_TYPES.length <= 255);
});

Deno.test("RELATION_MEANINGS, follow the relations of contract and docs into a release's answer", () => {
  const having = (test: (meaning: typeof RELATION_MEANINGS[number]) => boolean) =>
    RELATION_TYPES.filter((_, number) => test(RELATION_MEANINGS[number]!));
  assertEquals(having(({ followed }) => !followed), ["runs-on", "uses-priorityclass"]);
  assertEquals(having(({ attachesSource }) => attachesSource), [
    "selects",
    "endpoints",
    "routes-to",
    "attached-to",
    "scales",
    "binds-subject",
  ]);
});

Deno.test("RELATION_MEANINGS, no two types fill the same field of an answer", () => {
  const fields = RELATION_MEANINGS.flatMap(({ nameList, nameField }) => [nameList, nameField])
    .filter((field) => field !== undefined);
  assertEquals(new Set(fields).size, fields.length);
});
