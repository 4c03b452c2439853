import { assertEquals } from "@std/assert";
import { Slicer } from "../../src/graph/queries/slicer.ts";
import { sortInSlices } from "../../src/http/sort_in_slices.ts";
import { random } from "../support/random.ts";

for (const length of [0, 1, 999, 1000, 1001, 5000]) {
  Deno.test(`sortInSlices(), sorts ${length} values as toSorted() does, equal ones in their order`, async () => {
    const next = random(length);
    const values = Array.from({ length }, (_, i) => ({ key: Math.floor(next() * 100), i }));
    const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
    let time = 0;
    assertEquals(
      await sortInSlices(values, compare, new Slicer(() => time += 100)),
      values.toSorted(compare),
    );
  });
}
