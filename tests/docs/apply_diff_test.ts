import { assertEquals, assertThrows } from "@std/assert";
import { applyDiff } from "./apply_diff.ts";

Deno.test("applyDiff(), adds and takes away lines in every hunk", () => {
  assertEquals(applyDiff("a\nb\nc\nd\n", " a\n+x\n@@\n-c\n+y\n d\n"), "a\nx\nb\ny\nd\n");
});

Deno.test("applyDiff(), refuses a hunk whose lines are not there", () => {
  assertThrows(() => applyDiff("a\n", " b\n+x\n"), Error, "fits in 0 places");
});

Deno.test("applyDiff(), refuses a hunk that fits twice", () => {
  assertThrows(() => applyDiff("a\nb\na\n", " a\n+x\n"), Error, "fits in 2 places");
});
