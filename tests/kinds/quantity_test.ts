import { assertEquals, assertThrows } from "@std/assert";
import { MalformedField } from "../../src/kinds/fields.ts";
import { quantity } from "../../src/kinds/quantity.ts";

for (
  const [text, value] of [
    ["10", 10],
    ["500m", 0.5],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["2k", 2000],
    ["1e3", 1000],
    [
      "12E2",
      1200,
    ],
    [".5", 0.5],
    ["3E", 3e18],
    ["-1", -1],
    ["+2Mi", 2 * 2 ** 20],
  ] as const
) {
  Deno.test(`quantity(), reads ${text}`, () => assertEquals(quantity(text), value));
}

for (const value of ["", "many", "1 Gi", "1Gb", "Gi", 5, null, {}, ["1"]]) {
  Deno.test(`quantity(), refuses ${JSON.stringify(value)}`, () => {
    assertThrows(() => quantity(value), MalformedField);
  });
}
