import { assertEquals, assertStringIncludes } from "@std/assert";
import { curvesAsText, judge, type Sample } from "./curves.ts";
import { pictureOf } from "./picture.ts";

function samples(resident: (i: number) => number): Sample[] {
  return Array.from({ length: 100 }, (_, i) => ({
    seconds: i * 5,
    resident: resident(i),
    lag: 3,
    files: 40,
    dirty: 0,
    nodes: 1_000,
  }));
}

function crooked(all: readonly Sample[]): string[] {
  return judge(all).filter(({ isFlat }) => !isFlat).map(({ curve }) => curve.name);
}

Deno.test("judge(), a curve that goes up and down is flat", () => {
  assertEquals(crooked(samples((i) => 100 + 20 * Math.sin(i))), []);
});

Deno.test("judge(), a curve that rises is not flat", () => {
  assertEquals(crooked(samples((i) => 100 + i)), ["resident memory"]);
});

Deno.test("judge(), a rise during the warm-up does not count", () => {
  assertEquals(crooked(samples((i) => Math.min(10 * i, 100))), []);
});

Deno.test("curvesAsText(), has a row for each of twenty spans", () => {
  assertEquals(curvesAsText(samples(() => 100)).split("\n").length, 1 + 20);
});

Deno.test("pictureOf(), has a line for each curve", () => {
  const picture = pictureOf(samples(() => 100));
  assertEquals(picture.match(/<polyline/g)?.length, 5);
  assertStringIncludes(picture, "resident memory");
});
