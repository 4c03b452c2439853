import { assertEquals } from "@std/assert";
import { RowBits } from "../../src/arrays/row_bits.ts";
import { random } from "../support/random.ts";

Deno.test("RowBits, is a set of rows, with the differences of two sets", () => {
  const next = random(1);
  const bits = [RowBits.of([]), RowBits.of([])] as const;
  const sets = [new Set<number>(), new Set<number>()] as const;
  for (let step = 0; step < 5_000; step++) {
    const which = next() < 0.5 ? 0 : 1;
    const row = Math.floor(next() * 3_000);
    const isIn = next() < 0.6;
    bits[which].set(row, isIn);
    if (isIn) sets[which].add(row);
    else sets[which].delete(row);
  }
  for (const which of [0, 1] as const) {
    assertEquals(bits[which].size, sets[which].size);
    const rows = Array.from({ length: 4_000 }, (_, row) => row).filter((row) => bits[which].has(row));
    assertEquals(rows, [...sets[which]].sort((a, b) => a - b));
    assertEquals(rows.every((row) => row < bits[which].end), true);
  }
  const missing: number[] = [];
  bits[0].forEachMissingIn(bits[1], (row) => missing.push(row));
  assertEquals(missing.sort((a, b) => a - b), [...sets[0].difference(sets[1])].sort((a, b) => a - b));
});

Deno.test("RowBits.copy(), leaves the original as it is", () => {
  const original = RowBits.of([1, 31, 32, 63]);
  const copy = original.copy();
  copy.set(31, false);
  copy.set(100_000, true);
  assertEquals([original.has(31), original.has(100_000), original.size], [true, false, 4]);
  assertEquals([copy.has(31), copy.has(100_000), copy.size], [false, true, 4]);
});
