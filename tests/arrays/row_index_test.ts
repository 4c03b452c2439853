import { assertEquals } from "@std/assert";
import { NONE } from "../../src/arrays/columns.ts";
import { RowIndex } from "../../src/arrays/row_index.ts";
import { random } from "../support/random.ts";

Deno.test("RowIndex finds every row among colliding ones after insertions and removals", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const next = random(seed);
    const hashes = Array.from({ length: 300 }, () => Math.floor(next() * 40));
    const index = new RowIndex((row) => hashes[row]!);
    const rows = new Set<number>();
    for (let step = 0; step < 600; step++) {
      const row = Math.floor(next() * hashes.length);
      if (rows.delete(row)) index.remove(row);
      else {
        rows.add(row);
        index.add(row);
      }
    }
    assertEquals(hashes.map((hash, row) => finds(index, hash, row)), hashes.map((_, row) => rows.has(row)));
  }
});

function finds(index: RowIndex, hash: number, wanted: number): boolean {
  for (let slot = index.slot(hash);; slot = index.after(slot)) {
    const row = index.at(slot);
    if (row === NONE || row === wanted) return row === wanted;
  }
}
