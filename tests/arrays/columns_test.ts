import { assert, assertEquals } from "@std/assert";
import { Slots, u16, u32, u8 } from "../../src/arrays/columns.ts";

Deno.test("Slots reuse freed rows, and grow their columns", () => {
  const columns = [u8(), u16(), u32(2)] as const;
  const slots = new Slots(columns);
  const rows = Array.from({ length: 500 }, () => slots.take());
  assertEquals(rows, rows.map((_, i) => i));
  columns[2].data.set([7, 8], 499 * 2);
  for (const row of [3, 400]) slots.give(row);
  assertEquals(slots.used, 498);
  assertEquals(new Set([slots.take(), slots.take()]), new Set([3, 400]));
  assertEquals([slots.take(), slots.end, slots.used], [500, 501, 501]);
  for (let i = 0; i < 1_000; i++) slots.take();
  assertEquals([...columns[2].data.subarray(499 * 2, 500 * 2)], [7, 8]);
  assert(columns.every(({ data }) => data.length >= slots.end));
});
