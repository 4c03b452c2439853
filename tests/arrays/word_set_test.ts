import { assertEquals } from "@std/assert";
import { PartedWordSet } from "../../src/arrays/parted_word_set.ts";
import { WordSet } from "../../src/arrays/word_set.ts";
import { random } from "../support/random.ts";

Deno.test("WordSet, equals a Set after random additions and removals", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed);
    const set = new WordSet(4);
    const model = new Set<string>();
    for (let step = 0; step < 500; step++) {
      if (next() < 0.9) {
        const words = Uint32Array.from({ length: 4 }, () => Math.floor(next() * 4));
        set.add(words, 0);
        model.add(words.join());
      } else {
        const taken = keysOf(set.takeLast(Math.floor(next() * 20)));
        for (const key of taken) assertEquals(model.delete(key), true);
      }
      assertEquals(set.size, model.size);
    }
    assertEquals(keysOf(set.words).sort(), [...model].sort());
  }
});

Deno.test("WordSet.has(), finds its members", () => {
  const set = new WordSet(2);
  set.add(Uint32Array.of(7, 8, 9), 1);
  assertEquals([set.has(Uint32Array.of(8, 9), 0), set.has(Uint32Array.of(7, 8), 0)], [true, false]);
});

Deno.test("PartedWordSet.take(), gives every key once", () => {
  const set = new PartedWordSet(4);
  for (let i = 0; i < 1_000; i++) {
    set.add(Uint32Array.of(i * 7, 0, 0, i), 0);
    set.add(Uint32Array.of(i * 7, 0, 0, i), 0);
  }
  const taken = [set.take(1), set.take(600), set.take(600), set.take(600)];
  assertEquals(taken.map((words) => words.length / 4), [1, 600, 399, 0]);
  assertEquals(new Set(taken.flatMap(keysOf)).size, 1_000);
  assertEquals(set.size, 0);
});

function keysOf(words: Uint32Array): string[] {
  return Array.from({ length: words.length / 4 }, (_, i) => words.slice(i * 4, i * 4 + 4).join());
}
