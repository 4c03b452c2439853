import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { scoreOf } from "./score.ts";

const of = (labels: string) => labels.split("");

Deno.test("scoreOf() gives equal groupings all points, whatever their labels", () => {
  assertEquals(scoreOf(of("aabbc"), of("xxyyz")), {
    precision: 1,
    recall: 1,
    f1: 1,
    adjustedRandIndex: 1,
  });
});

Deno.test("scoreOf() takes precision from causes that mix faults", () => {
  // Six pairs are together, of which two belong together.
  const { precision, recall, f1 } = scoreOf(of("aaaa"), of("xxyy"));
  assertEquals([precision, recall, f1], [2 / 6, 1, 0.5]);
});

Deno.test("scoreOf() takes recall from faults that are torn apart", () => {
  const { precision, recall, f1 } = scoreOf(of("aabb"), of("xxxx"));
  assertEquals([precision, recall, f1], [1, 2 / 6, 0.5]);
});

Deno.test("scoreOf() gives no points where no pair is right", () => {
  assertEquals(scoreOf(of("aabb"), of("xyxy")).f1, 0);
});

Deno.test("scoreOf() adjusts the Rand index for chance", () => {
  // By hand: 5 items, both 2 pairs, found 4, truth 4, all 10, expected 1.6; (2 − 1.6) / (4 − 1.6).
  assertAlmostEquals(scoreOf(of("aaabb"), of("xxyyy")).adjustedRandIndex, 0.4 / 2.4, 1e-12);
});

Deno.test("scoreOf() gives all points where there is nothing to group", () => {
  for (const labels of ["", "a"]) assertEquals(scoreOf(of(labels), of(labels)).f1, 1);
  assertEquals(scoreOf(of("abc"), of("xyz")).adjustedRandIndex, 1);
});

Deno.test("scoreOf() refuses groupings of different problems", () => {
  assertThrows(() => scoreOf(of("ab"), of("a")), RangeError);
});
