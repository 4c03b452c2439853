import { assertEquals } from "@std/assert";
import { Slicer } from "../../src/graph/queries/slicer.ts";
import { jsonList } from "../../src/http/route.ts";

for (const length of [0, 1, 99, 100, 101, 1000]) {
  Deno.test(`jsonList(), encodes ${length} values as JSON.stringify() does, in slices`, async () => {
    const values = Array.from({ length }, (_, i) => i % 3 === 0 ? `é"${i}` : { i, missing: undefined });
    let time = 0;
    const bytes = await jsonList(values, new Slicer(() => time += 100));
    assertEquals(new TextDecoder().decode(bytes), JSON.stringify(values));
  });
}
