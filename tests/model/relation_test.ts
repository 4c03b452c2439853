import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  addRelationType,
  byRelationType,
  findRelationType,
  RELATION_MEANINGS,
  RELATION_TYPES,
  relationNumber,
} from "../../src/model/relation.ts";

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

Deno.test("addRelationType() adds a type once, behind the others, and keeps the numbers of all", () => {
  const before = [...RELATION_TYPES];
  const number = relationNumber(addRelationType("issued-by"));
  assertEquals(number, before.length);
  assertEquals(addRelationType("issued-by"), "issued-by");
  assertEquals(addRelationType("owns"), "owns");
  assertEquals([...RELATION_TYPES], [...before, "issued-by"]);
  assertEquals(findRelationType("issued-by"), "issued-by");
  assertEquals([findRelationType("issued"), findRelationType(undefined), findRelationType("toString")], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(RELATION_MEANINGS[number]?.impact, { onSource: "broken", onSourceIfWeak: "degraded" });
});

Deno.test("byRelationType() makes a value when it is first needed, also for a type that was added later", () => {
  const made: string[] = [];
  const lengthOf = byRelationType((type) => made.push(type) && type.length);
  const number = relationNumber(addRelationType("monitors"));
  assertEquals([lengthOf(number), lengthOf(number), lengthOf(0)], [8, 8, 4]);
  assertEquals(made, ["monitors", "owns"]);
});

Deno.test("addRelationType() refuses more types than fit in a byte", () => {
  for (let i = RELATION_TYPES.length; i < 255; i++) addRelationType(`type-${i}`);
  assertThrows(() => addRelationType("one-too-many"), RangeError, "More than 255 relation types");
  assertEquals(addRelationType("type-254"), "type-254");
});
