import { assertEquals } from "@std/assert";
import { mismatches } from "./mismatches.ts";

Deno.test("mismatches(), finds a value that differs, at any depth", () => {
  const found = mismatches({ a: [{ b: 1 }] }, { a: [{ b: 2 }] });
  assertEquals(found, ["answer.a[0].b is 1, the example has 2"]);
});

Deno.test("mismatches(), finds a field that the example lacks", () => {
  assertEquals(mismatches({ a: 1, b: 2 }, { a: 1 }), ["answer has a field b, which the example lacks"]);
});

Deno.test("mismatches(), finds a field that the answer lacks", () => {
  assertEquals(mismatches({}, { a: 1, "…": "…" }), ["answer.a is nothing, the example has 1"]);
});

Deno.test("mismatches(), finds an item that a longer list lacks", () => {
  assertEquals(mismatches([1, 2, 3], [4, "…"]), ["answer does not have 4"]);
});

Deno.test("mismatches(), finds a list of another length", () => {
  assertEquals(mismatches([1, 2], [1]), ["answer has 2 items, the example has 1"]);
});

Deno.test("mismatches(), passes over what the example leaves out", () => {
  assertEquals(mismatches({ a: [1, 2], b: 3, c: 4 }, { a: [2, "…"], b: "…", "…": "…" }), []);
});
